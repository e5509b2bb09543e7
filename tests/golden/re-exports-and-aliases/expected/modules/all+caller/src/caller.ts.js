import sayHello from "./sayHello.ts";
import { sayHello as domainHello } from "./domain/sayHello.ts";
import { sayBye } from "./domain/sayGoodbye.ts";
import play, { check, checkSecret, guess } from "./game/index.ts";
import { getEmployeeV2 } from "./getEmployee.ts";
import run from "./foo/myindex.ts";
export async function callAll() {
    return [
        await sayHello(),
        await domainHello(),
        await sayBye(),
        await play(),
        await check('no'),
        await checkSecret('jitar'),
        await guess(),
        await getEmployeeV2(),
        await run()
    ];
}
