import { calls as before } from "../node_modules/lazy@1.0.0/calls.js";
import { lazily, cyclic, optional, sloppy, names, dynamically, again } from "../node_modules/lazy@1.0.0/index.js";
import calls from "../node_modules/lazy@1.0.0/calls.js";
const atStart = [
    ...before
];
export async function order() {
    const first = lazily();
    const second = lazily();
    return [
        atStart,
        first === second,
        calls.calls
    ];
}
export async function shapes() {
    return [
        cyclic(),
        optional(),
        sloppy(),
        names,
        await dynamically(),
        again()
    ];
}
