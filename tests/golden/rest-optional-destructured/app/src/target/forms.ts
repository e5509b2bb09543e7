const base = 10;

export async function plain(a: number, b: string) {
    return [a, b];
}

// The initialiser names something of this module, so it can only run here.
export async function initialised(a: number, b = base + a) {
    return [a, b];
}

export async function optional(a: number, b?: number) {
    return [a, b ?? 'absent'];
}

export async function maybe(a: number, b: number | undefined) {
    return [a, b ?? 'absent'];
}

export async function rest(first: string, ...others: number[]) {
    return [first, others.length, ...others];
}

export async function object({ a, b = 2 }: { a: number; b?: number }) {
    return [a, b];
}

export async function array([a, b]: number[]) {
    return [a, b];
}

export async function objectRest({ a, ...others }: Record<string, number>) {
    return [a, others];
}

export async function arrayRest([a, ...others]: number[]) {
    return [a, others];
}

export async function wholeOptional({ a = 1, b = 2 } = {}) {
    return [a, b];
}
