import { isolateName } from './isolateName';

/** Has less time than others: once it is over, at once or after it has waited. */
export default async function spinBriefly(later: boolean): Promise<void> {
    console.log(`running in ${isolateName}`);
    if (later) await new Promise((resolve) => setTimeout(resolve, 1));

    for (;;) { /* never yields */ }
}
