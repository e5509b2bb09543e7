/** Keeps a place in its isolate for a time. */
export default async function hold(millis: number): Promise<string> {
    console.log('running');
    await new Promise((resolve) => setTimeout(resolve, millis));

    return 'held';
}
