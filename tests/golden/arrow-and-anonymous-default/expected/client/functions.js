import { __run } from "/jitar/client/jitar.js";
export async function arrow(a) {
  return __run('arrow', '0.0.0', { 'a': a }, this);
}
export async function expression(a) {
  return __run('expression', '0.0.0', { 'a': a }, this);
}
export async function assigned(a) {
  return __run('assigned', '0.0.0', { 'a': a }, this);
}
