import { __run, ProcedureNotAccessible } from "jitar:remote";
export async function secret() {
  throw new ProcedureNotAccessible('secret', '0.0.0');
}
export async function hint() {
  return __run('hint', '0.0.0', {}, this);
}
