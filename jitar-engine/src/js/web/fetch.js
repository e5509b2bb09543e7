// The global `fetch`: that of the web API, whose script is loaded with the first request. What a call fetches is given up
// together with the call.

import { core, internals, primordials } from "ext:core/mod.js";
import { isObject } from "ext:jitar/primordials.js";
import { signalOf } from "ext:jitar/request.js";

const { AbortSignal } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { ReflectApply } = primordials;
const load = core.loadExtScript;
const { any } = AbortSignal;

// The script of `fetch` would load that of a tracer, which is not here. It asks for these before it traces anything, and
// finds that nobody wants traces.
internals.__telemetry ??= {
  __proto__: null,
  TRACING_ENABLED: false,
  DID_NOT_ENTER: undefined,
  PROPAGATORS: [],
  exitSpan() {},
};
internals.__telemetryUtil ??= { __proto__: null };

/** The signal of the call in whose async context this runs; `undefined` outside of calls. */
function signalOfCall() {
  const request = core.getAsyncContext()?.request;
  return request === undefined ? undefined : signalOf(request);
}

/** The options of a request that ends with its own signal and with that of the call. */
function withSignal(input, init, signal) {
  const { Request } = load("ext:deno_fetch/23_request.js");
  const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  const both = own === undefined || own === null ? signal : ReflectApply(any, AbortSignal, [[own, signal]]);
  return { __proto__: null, ...init, signal: both };
}

export function fetch(input, init = undefined) {
  const { fetch: send } = load("ext:deno_fetch/26_fetch.js");
  const signal = signalOfCall();
  // What is wrong with the arguments is found by `send`, which rejects as the standard says.
  if (signal === undefined || arguments.length === 0 || (init !== undefined && init !== null && !isObject(init))) {
    return arguments.length === 0 ? send() : send(input, init);
  }
  return send(input, withSignal(input, init, signal));
}
