export default async function spin(): Promise<void> {
    console.log('running');

    for (;;) { /* never yields */ }
}
