export const a = 'ts';
