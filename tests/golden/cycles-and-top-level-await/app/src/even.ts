import { isOdd } from './odd';

// A live binding: importers see each change.
export let calls = 0;

export function isEven(value: number): boolean {
    calls += 1;
    return value === 0 || isOdd(value - 1);
}
