export const c = 'mts';
