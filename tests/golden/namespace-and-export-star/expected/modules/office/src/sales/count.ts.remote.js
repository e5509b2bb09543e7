import { __run } from "jitar:remote";
export async function count() {
  return __run('sales/count', '0.0.0', {}, this);
}
