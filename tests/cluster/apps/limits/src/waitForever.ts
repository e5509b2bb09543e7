export default async function waitForever(): Promise<void> {
    console.log('running');
    await new Promise(() => undefined);
}
