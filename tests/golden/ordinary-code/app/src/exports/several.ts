export const a = 1, b = 2;
export let c = 3, d = 4;
