import { __run } from "/jitar/client/jitar.js";
export default async function folder(a) {
  return __run('folder', '0.0.0', { 'a': a }, this);
}
