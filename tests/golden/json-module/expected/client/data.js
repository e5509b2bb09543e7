import { __run } from "/jitar/client/jitar.js";
export async function rows() {
  return __run('rows', '0.0.0', {}, this);
}
export async function inAll() {
  return __run('inAll', '0.0.0', {}, this);
}
