export async function checkSecret(secret: string) {
    return secret === 'jitar';
}
