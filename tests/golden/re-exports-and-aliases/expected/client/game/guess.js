import { __run } from "/jitar/client/jitar.js";
export async function guess() {
  return __run('game/tryLuck', '0.0.0', {}, this);
}
