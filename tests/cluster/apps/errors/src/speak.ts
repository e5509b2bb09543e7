const store = new AsyncLocalStorage();

console.info('nobody asked');

/** Writes lines from all the places that belong to the call. */
export default async function speak(what: string): Promise<void> {
    console.log(`${what} at once`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    console.warn(`${what} later`);
    await new Promise<void>((resolve) => setTimeout(() => {
        store.run(1, () => console.error(`${what} in a timer\nand on`));
        resolve();
    }, 1));
}
