/** Keeps memory outside of the heap: pieces of 1 MiB may be refused, small ones may not. */
export default async function fillBuffers(size: number): Promise<number> {
    const kept: Uint8Array[] = [];

    for (;;) {
        kept.push(new Uint8Array(size));
    }
}
