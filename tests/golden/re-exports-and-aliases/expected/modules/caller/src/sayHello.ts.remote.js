import { __run } from "jitar:remote";
export default async function sayHello() {
  return __run('sayHello', '0.0.0', {}, this);
}
