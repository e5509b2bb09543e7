import { __run } from "/jitar/client/jitar.js";
export async function dynamicImports(names) {
  return __run('dynamicImports', '0.0.0', { 'names': names }, this);
}
export async function importMeta() {
  return __run('importMeta', '0.0.0', {}, this);
}
export async function ignored() {
  return __run('ignored', '0.0.0', {}, this);
}
