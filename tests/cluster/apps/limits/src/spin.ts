import { isolateName } from './isolateName';

export default async function spin(): Promise<void> {
    console.log(`running in ${isolateName}`);

    for (;;) { /* never yields */ }
}
