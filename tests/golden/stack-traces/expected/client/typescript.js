import { __run } from "/jitar/client/jitar.js";
export async function afterEnum() {
  return __run('afterEnum', '0.0.0', {}, this);
}
export async function inNamespace() {
  return __run('inNamespace', '0.0.0', {}, this);
}
export async function inClass() {
  return __run('inClass', '0.0.0', {}, this);
}
