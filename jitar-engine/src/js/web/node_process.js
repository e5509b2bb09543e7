// What applications import from `node:process`.

import { process } from "ext:jitar/web/process.js";

export const { cwd, env, hrtime, nextTick, platform } = process;
export default process;
