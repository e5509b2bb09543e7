import sayHello from "./sayHello.ts?remote";
import { sayHello as domainHello } from "./domain/sayHello.ts?remote";
import { sayBye } from "./domain/sayGoodbye.ts?remote";
import play, { check, checkSecret, guess } from "./game/index.ts?remote";
import { getEmployeeV2 } from "./getEmployee.ts?remote";
import run from "./foo/myindex.ts?remote";
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
