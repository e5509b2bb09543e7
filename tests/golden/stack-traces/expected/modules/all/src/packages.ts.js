import { fail } from "../node_modules/published@1.0.0/index.js";
import { first } from "./first.ts";
export async function inPackage() {
    return first(fail);
}
