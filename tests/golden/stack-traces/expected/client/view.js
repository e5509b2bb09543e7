import { __run } from "/jitar/client/jitar.js";
export async function inJsx() {
  return __run('inJsx', '0.0.0', {}, this);
}
