import { __run } from "/jitar/client/jitar.js";
export async function failing() {
  return __run('failing', '0.0.0', {}, this);
}
