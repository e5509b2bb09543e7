import { a, changing } from './a';

export const b = 'b';
export const late = () => [a, changing];
