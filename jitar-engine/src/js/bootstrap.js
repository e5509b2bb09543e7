// Makes the global object that applications see, and leaves the handles that Rust takes at start. Runs once, when a blob is
// made.

import { primordials } from "ext:core/mod.js";
import { endBuilding, forgetIntrinsics, intrinsicsChanged, reportTraces } from "ext:jitar/guard.js";
import * as dispatcher from "ext:jitar/dispatcher.js";
import { abortCall } from "ext:jitar/web/call_signals.js";
import { registerErrorClasses } from "ext:jitar/web/error_classes.js";
import { defineErrorEvents, setEvaluating, startErrorEvents } from "ext:jitar/web/error_events.js";
import { defineGlobals, startGlobals } from "ext:jitar/web/globals.js";

const { ObjectAssign } = primordials;

registerErrorClasses();
defineGlobals();
defineErrorEvents(dispatcher.logError);

// The engine finds its own things under these two names when it loads a blob; application code must not, so they are
// put aside while its modules are evaluated and once the isolate has started.
const { Deno, __bootstrap } = globalThis;
ObjectAssign(Deno, {
  jitar: {
    abortCall,
    addHealthCheck: dispatcher.addHealthCheck,
    beginEvaluation: () => setEvaluating(true),
    endEvaluation: () => setEvaluating(false),
    addMiddleware: dispatcher.addMiddleware,
    call: dispatcher.call,
    checkHealth: dispatcher.checkHealth,
    endBuilding,
    forgetIntrinsics,
    implementations: dispatcher.implementations,
    intrinsicsChanged,
    limitValues: dispatcher.limitValues,
    pass: dispatcher.pass,
    reportTraces,
    start() {
      startGlobals();
      startErrorEvents();
    },
    hideInternals() {
      delete globalThis.Deno;
      delete globalThis.__bootstrap;
    },
    showInternals() {
      globalThis.Deno = Deno;
      globalThis.__bootstrap = __bootstrap;
    },
  },
});
