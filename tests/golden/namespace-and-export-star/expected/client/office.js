import { __run } from "/jitar/client/jitar.js";
export async function overview() {
  return __run('overview', '0.0.0', {}, this);
}
