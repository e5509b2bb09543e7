import { checkSecret } from './checkSecret';
import { guess as luck } from './guess';

export { checkSecret };
export { checkSecret as check } from './checkSecret';
export { luck as guess };

export default async function play() {
    return 'play';
}
