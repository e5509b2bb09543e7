export default async function(a) {
    return a + 4;
}
