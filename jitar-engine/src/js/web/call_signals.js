// Abort signals of calls under way, made when application code first asks for one. A call that is given up (its time is over,
// or its client is gone) aborts its signal, and with it whatever was started with that.

import { core } from "ext:core/mod.js";
import { mapDelete, mapGet, mapSet, mapSize } from "ext:jitar/primordials.js";

const { AbortController } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

/** Controllers by the number of their call. */
const controllers = new Map();

/** The signal of a call; outside of calls (`undefined`) one that is never aborted. */
export function makeSignal(call) {
  const controller = new AbortController();
  if (call !== undefined) mapSet(controllers, call, controller);
  return controller.signal;
}

/** Aborts what belongs to a call that nobody waits for any more. */
export function abortCall(call) {
  const controller = mapGet(controllers, call);
  if (controller === undefined) return;
  mapDelete(controllers, call);
  controller.abort(new DOMException("The call was given up: its time is over or its client is gone", "AbortError"));
}

/** Forgets a call that has settled; what it left running goes on. */
export function forgetCall(call) {
  if (mapSize(controllers) !== 0) mapDelete(controllers, call);
}
