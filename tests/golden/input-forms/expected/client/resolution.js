import { __run } from "/jitar/client/jitar.js";
export async function reached() {
  return __run('reached', '0.0.0', {}, this);
}
export async function everySpecifier() {
  return __run('everySpecifier', '0.0.0', {}, this);
}
export async function sharedOnce() {
  return __run('sharedOnce', '0.0.0', {}, this);
}
