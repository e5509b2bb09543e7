export async function only(name: string) {
    return `only in sales, called from ${name}`;
}
