import { __run } from "/jitar/client/jitar.js";
export async function callAll() {
  return __run('callAll', '0.0.0', {}, this);
}
