const o = {
    e: 5,
    f: 6
};
export const { e, f } = o;
export async function* g() {
    yield 7;
    yield 8;
}
