export default async function fillWasm(): Promise<number> {
    const kept: WebAssembly.Memory[] = [];

    for (;;) {
        const memory = new WebAssembly.Memory({ initial: 64 });
        new Uint8Array(memory.buffer).fill(1);
        kept.push(memory);
    }
}
