import { __run } from "/jitar/client/jitar.js";
export async function sayHello() {
  return __run('domain/sayHello', '0.0.0', {}, this);
}
