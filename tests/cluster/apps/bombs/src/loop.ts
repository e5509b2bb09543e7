/** Never ends by itself. */
const loops: Record<string, () => unknown> = {
    sync() {
        for (;;) { /* never yields */ }
    },
    async microtask() {
        for (;;) await null;
    },
    regex() {
        return /^(a+)+$/.test(`${'a'.repeat(40)}b`);
    },
    sort() {
        return [3, 2, 1, 4].sort(() => { for (;;) { /* never yields */ } });
    },
    json() {
        const value = Array.from({ length: 1000 }, (_, idx) => ({ idx, text: `text ${idx}` }));
        for (;;) JSON.parse(JSON.stringify(value));
    },
};

export default async function loop(kind: string): Promise<unknown> {
    return await loops[kind]!();
}
