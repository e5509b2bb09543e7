import { isolateName } from './isolateName';

/** A loop around short loops: compilers unroll those, and with them the places where a loop can be ended. */
export default async function spinNested(): Promise<number> {
    console.log(`running in ${isolateName}`);

    for (let round = 0; ; round++) {
        for (let step = 0; step < 4; step++) {
            round ^= step;
        }
    }
}
