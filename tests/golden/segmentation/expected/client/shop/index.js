import { __run } from "/jitar/client/jitar.js";
const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export async function cancel(id, ...reasons) {
  return __run('shop/cancel', '0.0.0', { 'id': id, '...reasons': reasons }, this);
}
export const helpers = $unavailable("'helpers' of 'shop/index.ts' is not available in the browser: it is no public procedure");
export default async function shop({ day: { name: [first, ...others] }, until }) {
  return __run('shop', '0.0.0', { 'first': first, '...others': others, 'until': until }, this);
}
export const limit = $unavailable("'limit' of 'shop/index.ts' is not available in the browser: it is no public procedure");
export const placed = $unavailable("'placed' of 'shop/index.ts' is not available in the browser: it is no public procedure");
export const place = $unavailable("'place' of 'shop/index.ts' is not available in the browser: it is not public");
export const isAllowed = $unavailable("'isAllowed' of 'shop/index.ts' is not available in the browser: it is no public procedure");
