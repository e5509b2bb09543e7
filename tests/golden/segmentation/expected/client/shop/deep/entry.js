import { __run } from "/jitar/client/jitar.js";
export default async function shop({ day: { name: [first, ...others] }, until }) {
  return __run('shop', '0.0.0', { 'first': first, '...others': others, 'until': until }, this);
}
