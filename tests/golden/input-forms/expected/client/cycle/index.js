import { __run } from "/jitar/client/jitar.js";
export async function liveBindings() {
  return __run('cycle/liveBindings', '0.0.0', {}, this);
}
