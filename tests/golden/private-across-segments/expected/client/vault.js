import { __run } from "/jitar/client/jitar.js";
const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export const secret = $unavailable("'secret' of 'vault.ts' is not available in the browser: it is not public");
export async function hint() {
  return __run('hint', '0.0.0', {}, this);
}
