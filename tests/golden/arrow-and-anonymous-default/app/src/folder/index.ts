export default async (a: number) => {
    return a + 6;
};
