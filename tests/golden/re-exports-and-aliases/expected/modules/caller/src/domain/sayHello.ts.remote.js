import { __run } from "jitar:remote";
export async function sayHello() {
  return __run('domain/sayHello', '0.0.0', {}, this);
}
