export async function secret() {
    return 42;
}
export async function hint() {
    return `less than ${await secret() + 1}`;
}
