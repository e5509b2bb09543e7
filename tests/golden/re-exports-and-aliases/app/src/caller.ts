import sayHello from './sayHello';
import { sayHello as domainHello } from './domain/sayHello';
import { sayBye } from './domain/sayGoodbye';
import play, { check, checkSecret, guess } from './game';
import { getEmployeeV2 } from './getEmployee';
import run from './foo/myindex';

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
        await run(),
    ];
}
