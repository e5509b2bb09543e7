export default async function answerLater(millis: number): Promise<string> {
    console.log('answering later');
    await new Promise((resolve) => setTimeout(resolve, millis));

    return 'answered';
}
