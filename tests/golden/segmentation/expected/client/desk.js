import { __run } from "/jitar/client/jitar.js";
export async function order(amount) {
  return __run('order', '0.0.0', { 'amount': amount }, this);
}
export async function callAll() {
  return __run('callAll', '0.0.0', {}, this);
}
export async function common(amount) {
  return __run('common', '0.0.0', { 'amount': amount }, this);
}
export async function computed(names) {
  return __run('computed', '0.0.0', { 'names': names }, this);
}
export async function callComputed(name) {
  return __run('callComputed', '0.0.0', { 'name': name }, this);
}
