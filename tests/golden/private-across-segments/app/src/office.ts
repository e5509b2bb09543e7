import { hint, secret } from './vault';

export async function ask() {
    try {
        return [await hint(), await secret()];
    } catch (error) {
        return [await hint(), (error as Error).message];
    }
}
