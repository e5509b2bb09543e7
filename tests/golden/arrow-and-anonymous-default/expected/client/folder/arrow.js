import { __run } from "/jitar/client/jitar.js";
export default async function arrow(a) {
  return __run('folder/arrow', '0.0.0', { 'a': a }, this);
}
