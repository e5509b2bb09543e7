import { isolateName } from './isolateName';

export default async function waitForever(): Promise<void> {
    console.log(`running in ${isolateName}`);
    await new Promise(() => undefined);
}
