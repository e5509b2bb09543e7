import { __run } from "/jitar/client/jitar.js";
export async function everyExtension() {
  return __run('extensions/everyExtension', '0.0.0', {}, this);
}
