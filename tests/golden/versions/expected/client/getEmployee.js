import { __run } from "/jitar/client/jitar.js";
export default async function getEmployee(id) {
  return __run('getEmployee', '0.0.0', { 'id': id }, this);
}
export async function getEmployeeV1(id) {
  return __run('getEmployee', '1.0.0', { 'id': id }, this);
}
export async function getEmployeeV2(id, full) {
  return __run('getEmployee', '2.0.0', { 'id': id, 'full': full }, this);
}
