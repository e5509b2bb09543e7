import { a, changing } from "./a.ts";
export const b = 'b';
export const late = ()=>[
        a,
        changing
    ];
