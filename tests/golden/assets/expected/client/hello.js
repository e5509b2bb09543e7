import { __run } from "/jitar/client/jitar.js";
export default async function hello() {
  return __run('hello', '0.0.0', {}, this);
}
