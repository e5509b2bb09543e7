export async function guess() {
    return 'guess';
}
