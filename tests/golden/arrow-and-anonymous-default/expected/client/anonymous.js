import { __run } from "/jitar/client/jitar.js";
export default async function anonymous(a) {
  return __run('anonymous', '0.0.0', { 'a': a }, this);
}
