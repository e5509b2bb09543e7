import anonymous from './anonymous';
import folder from './folder';
import arrowDefault from './folder/arrow';
import { arrow, assigned, expression } from './functions';

export async function callAll() {
    const functions = [arrow, expression, assigned, anonymous, arrowDefault, folder];

    return Promise.all(functions.map((call) => call(0)));
}
