import { __run } from "/jitar/client/jitar.js";
export async function checkSecret(secret) {
  return __run('game/checkSecret', '0.0.0', { 'secret': secret }, this);
}
