import { hint, secret } from "./vault.ts?remote";
export async function ask() {
    try {
        return [
            await hint(),
            await secret()
        ];
    } catch (error) {
        return [
            await hint(),
            error.message
        ];
    }
}
