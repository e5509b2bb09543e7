import { __run } from "/jitar/client/jitar.js";
export async function order() {
  return __run('order', '0.0.0', {}, this);
}
export async function shapes() {
  return __run('shapes', '0.0.0', {}, this);
}
