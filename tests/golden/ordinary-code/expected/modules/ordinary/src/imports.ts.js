import def, * as ns from "./things.ts";
import { one, one as uno } from "./things.ts";
import * as all from "./things.ts";
import "./effect.ts";
import table from "./table.json" with {
    type: 'json'
};
const later = await import("./things.ts");
const here = import.meta.url;
export async function namespaceImport() {
    return [
        Object.keys(all),
        def,
        ns.one
    ];
}
export async function sideEffect() {
    return globalThis.effect;
}
export async function attribute() {
    return table.value;
}
export async function topLevelImport() {
    return [
        later.default,
        later.one
    ];
}
export async function importMeta() {
    return [
        here,
        import.meta.url === here
    ];
}
export async function twoNames() {
    return [
        one,
        uno,
        one === uno
    ];
}
