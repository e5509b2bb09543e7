import anonymous from "./anonymous.ts";
import folder from "./folder/index.ts";
import arrowDefault from "./folder/arrow.ts";
import { arrow, assigned, expression } from "./functions.ts";
export async function callAll() {
    const functions = [
        arrow,
        expression,
        assigned,
        anonymous,
        arrowDefault,
        folder
    ];
    return Promise.all(functions.map((call)=>call(0)));
}
