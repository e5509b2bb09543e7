import { __run } from "jitar:remote";
export async function getEmployeeV2() {
  return __run('getEmployee', '2.0.0', {}, this);
}
