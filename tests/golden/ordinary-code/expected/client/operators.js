import { __run } from "/jitar/client/jitar.js";
export async function wordOperators() {
  return __run('wordOperators', '0.0.0', {}, this);
}
export async function shift() {
  return __run('shift', '0.0.0', {}, this);
}
export async function minusMinus() {
  return __run('minusMinus', '0.0.0', {}, this);
}
export async function prefixes() {
  return __run('prefixes', '0.0.0', {}, this);
}
export async function nestedTemplates() {
  return __run('nestedTemplates', '0.0.0', {}, this);
}
export async function regularExpressions() {
  return __run('regularExpressions', '0.0.0', {}, this);
}
