// Differs between processes, because it is evaluated when they start.
const name = String(Math.random());

/** May be repeated. */
export async function hello(): Promise<string> {
    return name;
}

/** Must not be repeated: somebody counts the calls. */
export async function once(): Promise<string> {
    return name;
}

export async function answerLater(millis: number): Promise<string> {
    console.log('answering later');
    await new Promise((resolve) => setTimeout(resolve, millis));
    return 'answered';
}

export async function largeText(length: number): Promise<string> {
    return 'x'.repeat(length);
}
