import { getEmployeeV2 } from "./getEmployee.ts";
import getEmployee, { getEmployeeV1 } from "./getEmployee.ts?remote";
export async function list() {
    return [
        await getEmployee(1),
        await getEmployeeV1(2),
        await getEmployeeV2(3, true)
    ];
}
