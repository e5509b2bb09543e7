export const a: string = 'ts';
