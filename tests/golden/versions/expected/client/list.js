import { __run } from "/jitar/client/jitar.js";
export async function list() {
  return __run('list', '0.0.0', {}, this);
}
