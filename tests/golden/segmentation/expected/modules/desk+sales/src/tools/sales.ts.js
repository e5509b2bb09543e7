export async function only(name) {
    return `only in sales, called from ${name}`;
}
