// The clock of `performance`, whose script is loaded when somebody first asks for it.

import { core, primordials } from "ext:core/mod.js";
import { guardGetter } from "ext:jitar/guard.js";

const { ReflectApply } = primordials;

let script;
let currentTime;
let hasStarted = false;

/** What the script of `performance` exports. */
export function performanceScript() {
  if (script === undefined) {
    script = core.loadExtScript("ext:deno_web/15_performance.js");
    currentTime = script.performance.now;
    guardGetter(script.Performance.prototype, "timeOrigin", "reads the clock (performance.timeOrigin)");
    if (hasStarted) script.setTimeOrigin();
  }
  return script;
}

/** What `performance.now` says, whatever applications put in its place. */
export function now() {
  const { performance } = performanceScript();
  return ReflectApply(currentTime, performance, []);
}

/** Notes when the isolate started, which a blob cannot keep. */
export function startPerformance() {
  hasStarted = true;
  script?.setTimeOrigin();
}
