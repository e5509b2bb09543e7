import { __run } from "/jitar/client/jitar.js";
export async function show(greeting) {
  return __run('show', '0.0.0', { 'greeting': greeting }, this);
}
