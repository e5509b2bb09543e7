import { __run } from "/jitar/client/jitar.js";
export async function ask() {
  return __run('ask', '0.0.0', {}, this);
}
