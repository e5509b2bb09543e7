export default async (a: number) => a + 5;
