export async function checkSecret(secret) {
    return secret === 'jitar';
}
