/** Takes memory until something stops it. */
const bombs: Record<string, () => unknown> = {
    strings() {
        const kept: string[] = [];
        for (let text = 'x'; ; text = `${text.slice(1)}${text.length}xyz`) kept.push(text);
    },
    arrays() {
        const kept: number[][] = [];
        for (;;) kept.push(new Array(10_000).fill(kept.length + 0.5));
    },
    map() {
        const kept = new Map<string, object>();
        for (let key = 0; ; key++) kept.set(`key ${key}`, { key });
    },
    arrayBuffer() {
        const kept: ArrayBuffer[] = [];
        for (;;) kept.push(new ArrayBuffer(1 << 22));
    },
    smallBuffers() {
        const kept: Uint8Array[] = [];
        for (;;) kept.push(new Uint8Array(1000));
    },
    wasm() {
        const kept: WebAssembly.Memory[] = [];
        for (;;) {
            const memory = new WebAssembly.Memory({ initial: 64 });
            new Uint8Array(memory.buffer).fill(1);
            kept.push(memory);
        }
    },
    closures() {
        const kept: (() => unknown)[] = [];
        for (let last: unknown = null; ;) {
            const inner = last;
            last = () => [inner, kept.length];
            kept.push(last as () => unknown);
        }
    },
    recursion() {
        const deeper = (depth: number): number => 1 + deeper(depth + 1);
        return deeper(0);
    },
    timers() {
        for (;;) setTimeout(() => undefined, 1_000_000);
    },
    fill() {
        return new Array(1e9).fill(1).length;
    },
};

export default async function bomb(kind: string): Promise<unknown> {
    return bombs[kind]!();
}
