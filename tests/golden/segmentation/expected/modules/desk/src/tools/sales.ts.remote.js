import { __run } from "jitar:remote";
export async function only(name) {
  return __run('tools/only', '0.0.0', { 'name': name }, this);
}
