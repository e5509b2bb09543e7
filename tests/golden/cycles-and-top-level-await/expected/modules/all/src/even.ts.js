import { isOdd } from "./odd.ts";
export let calls = 0;
export function isEven(value) {
    calls += 1;
    return value === 0 || isOdd(value - 1);
}
