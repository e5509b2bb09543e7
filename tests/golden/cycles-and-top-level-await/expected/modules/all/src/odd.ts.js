import { isEven } from "./even.ts";
export function isOdd(value) {
    return value !== 0 && isEven(value - 1);
}
