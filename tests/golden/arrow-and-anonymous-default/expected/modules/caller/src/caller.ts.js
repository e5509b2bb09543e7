import anonymous from "./anonymous.ts?remote";
import folder from "./folder/index.ts?remote";
import arrowDefault from "./folder/arrow.ts?remote";
import { arrow, assigned, expression } from "./functions.ts?remote";
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
