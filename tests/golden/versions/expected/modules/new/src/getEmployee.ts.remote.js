import { __run } from "jitar:remote";
export default async function getEmployee(id) {
  return __run('getEmployee', '0.0.0', { 'id': id }, this);
}
export async function getEmployeeV1(id) {
  return __run('getEmployee', '1.0.0', { 'id': id }, this);
}
export { getEmployeeV2 } from "./getEmployee.ts";
