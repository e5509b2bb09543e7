const base = 10;
export async function plain(a, b) {
    return [
        a,
        b
    ];
}
export async function initialised(a, b = base + a) {
    return [
        a,
        b
    ];
}
export async function optional(a, b) {
    return [
        a,
        b ?? 'absent'
    ];
}
export async function maybe(a, b) {
    return [
        a,
        b ?? 'absent'
    ];
}
export async function rest(first, ...others) {
    return [
        first,
        others.length,
        ...others
    ];
}
export async function object({ a, b = 2 }) {
    return [
        a,
        b
    ];
}
export async function array([a, b]) {
    return [
        a,
        b
    ];
}
export async function objectRest({ a, ...others }) {
    return [
        a,
        others
    ];
}
export async function arrayRest([a, ...others]) {
    return [
        a,
        others
    ];
}
export async function wholeOptional({ a = 1, b = 2 } = {}) {
    return [
        a,
        b
    ];
}
