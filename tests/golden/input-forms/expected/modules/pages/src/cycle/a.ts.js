import { b, late } from "./b.ts";
export const a = 'a';
export let changing = 1;
export function readyAt() {
    return b + changing;
}
export function change() {
    changing += 1;
    return late();
}
