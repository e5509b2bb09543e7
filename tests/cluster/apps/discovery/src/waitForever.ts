export default async function waitForever(): Promise<void> {
    console.log('waiting');
    await new Promise(() => undefined);
}
