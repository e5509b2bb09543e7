import { __run } from "/jitar/client/jitar.js";
export async function start(value) {
  return __run('start', '0.0.0', { 'value': value }, this);
}
