import { checkSecret } from "./checkSecret.ts";
import { guess as luck } from "./guess.ts";
export { checkSecret };
export { checkSecret as check } from "./checkSecret.ts";
export { luck as guess };
export default async function play() {
    return 'play';
}
