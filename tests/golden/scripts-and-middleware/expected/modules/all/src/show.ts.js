import { state } from "./state.ts";
export async function show(greeting) {
    return `${greeting}, it is ${state.open ? 'open' : 'closed'}`;
}
