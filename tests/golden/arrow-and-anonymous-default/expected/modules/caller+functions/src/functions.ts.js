export const arrow = async (a)=>a + 1;
export const expression = async function(a) {
    return a + 2;
};
const assigned = async function named(a) {
    return a + 3;
};
export { assigned };
