import { isEven, calls } from "./even.ts";
import { settings } from "./settings.ts";
export async function start(value) {
    const before = calls;
    return [
        isEven(value),
        calls - before,
        settings.name,
        settings.late
    ];
}
