/** Uses much memory outside of the heap, and keeps none of it. */
export default async function wasteBuffers(size: number, times: number): Promise<string> {
    let sum = 0;

    for (let round = 0; round < times; round++) {
        sum += new Uint8Array(size).length;
    }

    return sum === size * times ? 'wasted' : 'lost';
}
