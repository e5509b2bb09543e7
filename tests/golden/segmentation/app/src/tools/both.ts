import { remember } from '../memory';

export const both = async function () {
    return remember('both');
};
