import { __run } from "/jitar/client/jitar.js";
export async function names() {
  return __run('names', '0.0.0', {}, this);
}
