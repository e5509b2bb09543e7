import { __run } from "/jitar/client/jitar.js";
export async function exportStar() {
  return __run('exportStar', '0.0.0', {}, this);
}
export async function anonymousDefaults() {
  return __run('anonymousDefaults', '0.0.0', {}, this);
}
export async function defaultValues() {
  return __run('defaultValues', '0.0.0', {}, this);
}
export async function severalDeclarations() {
  return __run('severalDeclarations', '0.0.0', {}, this);
}
export async function patternsAndGenerators() {
  return __run('patternsAndGenerators', '0.0.0', {}, this);
}
