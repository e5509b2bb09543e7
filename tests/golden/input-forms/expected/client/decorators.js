import { __run } from "/jitar/client/jitar.js";
export async function standardDecorators() {
  return __run('standardDecorators', '0.0.0', {}, this);
}
