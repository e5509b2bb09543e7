import { __run } from "/jitar/client/jitar.js";
export async function inDecorated() {
  return __run('inDecorated', '0.0.0', {}, this);
}
