import { __run } from "jitar:remote";
const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export async function cancel(id, ...reasons) {
  return __run('shop/cancel', '0.0.0', { 'id': id, '...reasons': reasons }, this);
}
export const helpers = $unavailable("'helpers' of 'src/shop/index.ts' is in no segment and not available in this service");
export default async function shop({ day: { name: [first, ...others] }, until }) {
  return __run('shop', '0.0.0', { 'first': first, '...others': others, 'until': until }, this);
}
export const limit = 10;
export const placed = $unavailable("'placed' of 'src/shop/index.ts' is in no segment and not available in this service");
export async function place(amount, order) {
  return __run('shop/order', '0.0.0', { 'amount': amount, 'order': order }, this);
}
export const isAllowed = $unavailable("'isAllowed' of 'src/shop/index.ts' is in no segment and not available in this service");
