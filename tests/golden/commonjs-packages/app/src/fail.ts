import { fail } from 'classic';

export async function failing() {
    try {
        fail();
    } catch (error) {
        return (error as Error).stack!.split('\n').slice(0, 3);
    }
}
