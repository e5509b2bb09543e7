import { __run } from "/jitar/client/jitar.js";
export async function both() {
  return __run('tools/both', '0.0.0', {}, this);
}
