import { __run } from "/jitar/client/jitar.js";
export async function enums(shape) {
  return __run('enums', '0.0.0', { 'shape': shape }, this);
}
export async function namespaces() {
  return __run('namespaces', '0.0.0', {}, this);
}
export async function parameterProperties() {
  return __run('parameterProperties', '0.0.0', {}, this);
}
export async function satisfiesAndFriends(value) {
  return __run('satisfiesAndFriends', '0.0.0', { 'value': value }, this);
}
export async function usingDeclarations() {
  return __run('usingDeclarations', '0.0.0', {}, this);
}
