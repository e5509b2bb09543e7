export default async function fillHeap(): Promise<number> {
    const kept: number[][] = [];

    for (;;) {
        kept.push(new Array(10_000).fill(kept.length + 0.5));
    }
}
