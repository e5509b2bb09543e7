import { fail } from 'published';
import { first } from './first';

export async function inPackage() {
    return first(fail);
}
