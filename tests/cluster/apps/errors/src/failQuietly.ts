import { NotFound } from 'jitar';

let asked = 0;

/** Refuses, and counts who wants to see where. */
export async function failQuietly(): Promise<never> {
    const error = new NotFound('nothing here');
    Object.defineProperty(error, 'stack', {
        get() {
            asked += 1;
            return 'the way to nothing';
        },
    });
    throw error;
}

export async function countStacks(): Promise<number> {
    return asked;
}
