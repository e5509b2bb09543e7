export async function count() {
    return 3;
}
