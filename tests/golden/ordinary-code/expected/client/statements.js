import { __run } from "/jitar/client/jitar.js";
export async function missingSemicolons() {
  return __run('missingSemicolons', '0.0.0', {}, this);
}
export async function functionStatement() {
  return __run('functionStatement', '0.0.0', {}, this);
}
export async function holes() {
  return __run('holes', '0.0.0', {}, this);
}
export async function staticBlock() {
  return __run('staticBlock', '0.0.0', {}, this);
}
export async function computedMembers() {
  return __run('computedMembers', '0.0.0', {}, this);
}
export async function mixins() {
  return __run('mixins', '0.0.0', {}, this);
}
export async function patterns() {
  return __run('patterns', '0.0.0', {}, this);
}
export async function hashbang() {
  return __run('hashbang', '0.0.0', {}, this);
}
export async function comments(value) {
  return __run('comments', '0.0.0', { 'value': value }, this);
}
