import { __run } from "/jitar/client/jitar.js";
export async function sayBye() {
  return __run('domain/sayBye', '0.0.0', {}, this);
}
