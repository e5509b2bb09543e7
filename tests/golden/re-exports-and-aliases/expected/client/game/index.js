import { __run } from "/jitar/client/jitar.js";
export async function checkSecret(secret) {
  return __run('game/checkSecret', '0.0.0', { 'secret': secret }, this);
}
export async function check(secret) {
  return __run('game/check', '0.0.0', { 'secret': secret }, this);
}
export async function guess() {
  return __run('game/tryLuck', '0.0.0', {}, this);
}
export default async function game() {
  return __run('game', '0.0.0', {}, this);
}
