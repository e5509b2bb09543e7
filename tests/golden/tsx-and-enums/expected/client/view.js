import { __run } from "/jitar/client/jitar.js";
export async function page(name) {
  return __run('page', '0.0.0', { 'name': name }, this);
}
export async function paint(colour) {
  return __run('paint', '0.0.0', { 'colour': colour }, this);
}
