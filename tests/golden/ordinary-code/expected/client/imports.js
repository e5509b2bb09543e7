import { __run } from "/jitar/client/jitar.js";
export async function namespaceImport() {
  return __run('namespaceImport', '0.0.0', {}, this);
}
export async function sideEffect() {
  return __run('sideEffect', '0.0.0', {}, this);
}
export async function attribute() {
  return __run('attribute', '0.0.0', {}, this);
}
export async function topLevelImport() {
  return __run('topLevelImport', '0.0.0', {}, this);
}
export async function importMeta() {
  return __run('importMeta', '0.0.0', {}, this);
}
export async function twoNames() {
  return __run('twoNames', '0.0.0', {}, this);
}
