import { isolateName } from './isolateName';

export default async function spinLater(): Promise<void> {
    console.log(`running in ${isolateName}`);
    await Promise.resolve();

    for (;;) { /* never yields again */ }
}
