export default async function (a: number) {
    return a + 4;
}
