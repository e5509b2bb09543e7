import { isolateName } from './isolateName';

/** A built-in function that does not look whether it is to end. */
export default async function fillForAges(): Promise<number> {
    console.log(`running in ${isolateName}`);

    return new Array(1e9).fill(1).length;
}
