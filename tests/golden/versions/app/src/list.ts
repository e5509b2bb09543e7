import getEmployee, { getEmployeeV1, getEmployeeV2 } from './getEmployee';

export async function list() {
    return [await getEmployee(1), await getEmployeeV1(2), await getEmployeeV2(3, true)];
}
