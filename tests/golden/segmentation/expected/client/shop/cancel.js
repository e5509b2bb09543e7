import { __run } from "/jitar/client/jitar.js";
export default async function cancel(id, ...reasons) {
  return __run('shop/cancel', '0.0.0', { 'id': id, '...reasons': reasons }, this);
}
