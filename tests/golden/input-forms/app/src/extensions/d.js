export const d = 'js';
