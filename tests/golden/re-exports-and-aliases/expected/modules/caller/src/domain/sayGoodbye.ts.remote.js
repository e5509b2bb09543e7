import { __run } from "jitar:remote";
export async function sayBye() {
  return __run('domain/sayBye', '0.0.0', {}, this);
}
