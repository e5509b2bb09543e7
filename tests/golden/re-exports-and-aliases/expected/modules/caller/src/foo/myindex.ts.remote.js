import { __run } from "jitar:remote";
export default async function run() {
  return __run('foo/run', '0.0.0', {}, this);
}
