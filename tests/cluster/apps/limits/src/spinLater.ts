export default async function spinLater(): Promise<void> {
    console.log('running');
    await Promise.resolve();

    for (;;) { /* never yields again */ }
}
