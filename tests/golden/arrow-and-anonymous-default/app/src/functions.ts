export const arrow = async (a: number) => a + 1;

export const expression = async function (a: number) {
    return a + 2;
};

const assigned = async function named(a: number) {
    return a + 3;
};

export { assigned };
