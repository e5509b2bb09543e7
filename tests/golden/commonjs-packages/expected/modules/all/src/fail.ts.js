import { fail } from "../node_modules/classic@2.0.0/lib/index.js";
export async function failing() {
    try {
        fail();
    } catch (error) {
        return error.stack.split('\n').slice(0, 3);
    }
}
