export const f = 'mjs';
