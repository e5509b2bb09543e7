import { remember } from "../memory.ts";
export const both = async function() {
    return remember('both');
};
