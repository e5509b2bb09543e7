import { __run } from "/jitar/client/jitar.js";
export async function hire(name) {
  return __run('office/hire', '0.0.0', { 'name': name }, this);
}
export async function meet(name) {
  return __run('office/meet', '0.0.0', { 'name': name }, this);
}
