/** May be repeated. */
export async function hello(): Promise<string> {
    return 'hello';
}

/** Must not be repeated. */
export async function once(): Promise<string> {
    return 'once';
}

/** About 5 ms of arithmetic. */
export async function work(): Promise<number> {
    let value = 1;

    for (let round = 0; round < 1_750_000; round++) {
        value ^= value << 13;
        value ^= value >>> 17;
        value ^= value << 5;
    }

    return value;
}
