/** Uses more time than `spinBriefly` has, and less than the service grants. */
export default async function spinForAWhile(): Promise<string> {
    const end = Date.now() + 2000;
    while (Date.now() < end) { /* never yields */ }

    return 'done';
}
