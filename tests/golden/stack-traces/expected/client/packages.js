import { __run } from "/jitar/client/jitar.js";
export async function inPackage() {
  return __run('inPackage', '0.0.0', {}, this);
}
