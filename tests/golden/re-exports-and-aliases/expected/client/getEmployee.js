import { __run } from "/jitar/client/jitar.js";
export async function getEmployeeV2() {
  return __run('getEmployee', '2.0.0', {}, this);
}
