// What nobody caught: `error`, `unhandledrejection` and `rejectionhandled` events of the global object, as the standard says,
// and a line in the log unless a listener prevents it. Nothing of it ends the isolate.

import { core, primordials } from "ext:core/mod.js";
import { capturedCore, reportThrow } from "ext:jitar/guard.js";

const { ObjectDefineProperty, ObjectSetPrototypeOf, ReflectApply } = primordials;
const event = core.loadExtScript("ext:deno_web/02_event.js");
const { dispatchEvent } = event.EventTarget.prototype;

function dispatch(told) {
  return ReflectApply(dispatchEvent, globalThis, [told]);
}

function defineListening() {
  ObjectSetPrototypeOf(globalThis, event.EventTarget.prototype);
  ObjectDefineProperty(globalThis, "reportError", core.propWritable(event.reportError));
  event.saveGlobalThisReference(globalThis);
  event.setEventTargetData(globalThis);
  event.defineEventHandler(globalThis, "error", undefined, true);
  event.defineEventHandler(globalThis, "unhandledrejection");
  event.defineEventHandler(globalThis, "rejectionhandled");
}

let evaluating = false;

/**
 * Says whether modules are evaluated: a rejection that nobody handles is an error of that evaluation then, which is also how
 * a module that throws shows.
 */
export function setEvaluating(value) {
  evaluating = value;
}

/**
 * Makes the global object an event target and takes care of what nobody caught.
 * @param {(title: string, error: unknown) => void} log
 */
export function defineErrorEvents(log) {
  defineListening();
  // What event listeners, timers and microtasks throw, and `reportError`, ends here when no listener wanted it.
  capturedCore.reportUnhandledException = (error) => log("Uncaught error", error);
  core.setReportExceptionCallback((error) => {
    if (!reportThrow(error)) event.reportException(error);
  });
  core.setUnhandledPromiseRejectionHandler((promise, reason) => {
    if (evaluating) return reportThrow(reason);
    const told = new event.PromiseRejectionEvent("unhandledrejection", { cancelable: true, promise, reason });
    if (dispatch(told)) log("Unhandled promise rejection", reason);
    return true;
  });
}

/** What a blob cannot keep; called when an isolate starts. */
export function startErrorEvents() {
  core.setHandledPromiseRejectionHandler((promise, reason) => {
    dispatch(new event.PromiseRejectionEvent("rejectionhandled", { promise, reason }));
  });
}
