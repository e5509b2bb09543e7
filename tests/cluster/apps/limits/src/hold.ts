import { isolateName } from './isolateName';

/** Keeps a place in its isolate for a time. */
export default async function hold(millis: number): Promise<string> {
    console.log(`running in ${isolateName}`);
    await new Promise((resolve) => setTimeout(resolve, millis));

    return 'held';
}
