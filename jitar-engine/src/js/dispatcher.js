// Between Rust and application code: takes a call as a number and text, binds the arguments, runs middleware and the
// function, and hands the encoded result back. Everything on the way of every call is here.

import { core } from "ext:core/mod.js";
import { op_jitar_pass, op_jitar_settle_bytes, op_jitar_settle_text } from "ext:core/ops";
import { prepare, prepareQuery, refuseInjected } from "ext:jitar/arguments.js";
import { errorForStatus, ServerError, statusOf } from "ext:jitar/errors.js";
import {
  apply,
  getPrototypeOf,
  Intrinsics,
  isObject,
  isView,
  jsonStringify,
  mapGet,
  mapSet,
  objectCreate,
  setOwn,
  split,
  typedArrayName,
  uncurryThis,
} from "ext:jitar/primordials.js";
import { guardedOps } from "ext:jitar/guard.js";
import { DEBUG, ERROR, log, logs } from "ext:jitar/log.js";
import { changesOf, lateArguments, passedResponse, unreadFor } from "ext:jitar/passing.js";
import { headerPairs, Late, Request, Response, setCall } from "ext:jitar/request.js";
import { BYTES, encode, JSON_TEXT, TEXT } from "ext:jitar/result.js";
import {
  classes,
  DRY,
  EXTENDED_REPLY,
  hasForms,
  messageOf,
  pairsOf,
  pick,
  readInput,
  readValue,
  SERIALIZED,
  serializerFor,
  serializers,
  VOUCHED,
  withBeside,
  withForms,
} from "ext:jitar/values.js";
import { forgetCall } from "ext:jitar/web/call_signals.js";
import { isOrdinary } from "ext:jitar/writer.js";

export { limitValues } from "ext:jitar/values.js";

const { Boolean, Error, Map, String, Uint8Array } = Intrinsics;
const { Promise } = globalThis;
const { getAsyncContext, setAsyncContext } = core;
// Guarded: a module may call other units while it is evaluated, but not at build time.
const { op_jitar_run } = guardedOps;
const then = uncurryThis(Promise.prototype.then);

/** Says that a call came to nothing behind this node, which is the answer; the name stands in `call.rs` too. */
const REFUSED = "x-jitar-refused";

/** What a node answers that does not know the forms in the arguments; nothing was executed. */
const UNSUPPORTED_MEDIA_TYPE = 415;

/** Headers that a nested call takes along from the call that makes it (spec 12, "Headers in nested calls"). */
const PROPAGATED_HEADERS = ["traceparent", "tracestate", "authorization", "x-request-id"];

const NO_CALL = 0xffff_ffff;

/** @type {{ key: string, fqn: string, run: Function, bind: Function, bindQuery: Function }[]} */
const table = [];
const middleware = [];
const healthChecks = new Map();

/**
 * Takes the segments of the unit; called once, by the unit's entry module.
 * @param {import("./model.js").Segment[]} segments
 */
export function registerSegments(segments) {
  for (let idx = 0; idx < segments.length; idx++) {
    const segmentClasses = segments[idx].getClasses();
    for (let nth = 0; nth < segmentClasses.length; nth++) {
      classes.add(segmentClasses[nth].fqn, segmentClasses[nth].implementation);
    }
    const procedures = segments[idx].getProcedures();
    for (let nth = 0; nth < procedures.length; nth++) registerProcedure(procedures[nth]);
  }
}

function registerProcedure(procedure) {
  for (let idx = 0; idx < procedure.implementations.length; idx++) {
    const { executable, parameters, version } = procedure.implementations[idx];
    table[table.length] = {
      key: `${procedure.fqn}:${version}`,
      fqn: procedure.fqn,
      run: executable,
      bind: prepare(parameters),
      bindQuery: prepareQuery(parameters),
    };
  }
}

/** The keys `fqn:version` of all implementations; a position in the list is the number that `call` takes. */
export function implementations() {
  const keys = [];
  for (let idx = 0; idx < table.length; idx++) keys[idx] = table[idx].key;
  return keys;
}

/**
 * Starts a call. Its outcome goes to one of the settle ops.
 * @param {number} id
 * @param {number} number position in `implementations()`
 * @param {number} flags
 * @param {string | string[] | undefined} input JSON text, or names and values of a query in turn
 * @param {string | undefined} headers names and values in turn, separated by line feeds
 * @param {string} version what the caller asked for
 * @param {string | undefined} beside JSON text of arguments that came beside the input
 */
export function call(id, number, flags, input, headers, version, beside) {
  const outer = getAsyncContext();
  const context = { call: id, request: undefined, headers };
  setAsyncContext(context);
  try {
    const implementation = table[number];
    const args = readArguments(implementation, flags, input, beside);
    const request = makeRequest(context, implementation.fqn, version, args, flags);
    if (middleware.length === 0) {
      runDirectly(id, flags, implementation, request, args);
    } else {
      runThroughMiddleware(id, flags, implementation, request, args);
    }
  } catch (error) {
    settleRefusal(id, flags, error);
  } finally {
    setAsyncContext(outer);
  }
}

/**
 * Starts a call that another node executes: here it only goes through the middleware. What nobody looks at goes on as
 * it came.
 * @param {number} id
 * @param {string} fqn
 * @param {number} flags
 * @param {string | string[] | undefined} input as of `call`
 * @param {string | undefined} headers as of `call`
 * @param {string} version
 * @param {string | undefined} beside as of `call`
 */
export function pass(id, fqn, flags, input, headers, version, beside) {
  const outer = getAsyncContext();
  const context = { call: id, request: undefined, headers };
  setAsyncContext(context);
  try {
    const request = makeRequest(context, fqn, version, lateArguments(flags, input, beside), flags);
    let refusal;
    const innermost = async () => {
      const reply = await op_jitar_pass(id, changesOf(flags, request));
      if (reply.refusal === null) return passedResponse(fqn, flags, reply);
      throw (refusal = errorForStatus(reply.status, reply.refusal));
    };
    then(
      throughMiddleware(request, innermost)(),
      (response) => settleResponse(id, flags, response),
      (error) => {
        if (error === undefined || error !== refusal) return settleRefusal(id, flags, error);
        send(id, statusOf(error), { kind: TEXT, body: messageOf(error) }, [[REFUSED, "1"]]);
      },
    );
  } catch (error) {
    settleRefusal(id, flags, error);
  } finally {
    setAsyncContext(outer);
  }
}

function makeRequest(context, fqn, version, args, flags) {
  const request = new Request(fqn, version, args, lateHeaders(context.headers), flags & DRY ? "dry" : "normal");
  setCall(request, context.call);
  context.request = request;
  return request;
}

function readArguments(implementation, flags, input, beside) {
  return withBeside(readInput(flags, input, serializers, implementation.bindQuery), beside);
}

function runDirectly(id, flags, implementation, request, args) {
  const values = implementation.bind(args, (flags & VOUCHED) !== 0);
  if (flags & DRY) return settle(id, 200, undefined, flags);
  let result;
  try {
    result = apply(implementation.run, request, values);
  } catch (error) {
    return settleError(id, flags, error);
  }
  then(
    // A procedure is an async function; a plain value is as good.
    result instanceof Promise ? result : Promise.resolve(result),
    (value) => settle(id, 200, value, flags),
    (error) => settleError(id, flags, error),
  );
}

function runThroughMiddleware(id, flags, implementation, request, args) {
  if (!(flags & VOUCHED)) refuseInjected(args);
  const innermost = async () => {
    // Names that begin with `*` can only be the caller's, who is trusted, or the middleware's own.
    const values = implementation.bind(request.args, true);
    if (flags & DRY) return new Response(200);
    try {
      return new Response(200, await apply(implementation.run, request, values));
    } catch (error) {
      logFailure(error);
      return new Response(statusOf(error), error);
    }
  };
  then(
    throughMiddleware(request, innermost)(),
    (response) => settleResponse(id, flags, response),
    (error) => settleRefusal(id, flags, error),
  );
}

/** The function that runs all middleware around `innermost`. */
function throughMiddleware(request, innermost) {
  let next = innermost;
  for (let idx = middleware.length - 1; idx >= 0; idx--) {
    const { handle, self } = middleware[idx];
    const inner = next;
    next = async () => await apply(handle, self, [request, inner]);
  }
  return next;
}

function settleResponse(id, flags, response) {
  try {
    if (!(response instanceof Response)) throw new ServerError("A middleware returned no response");
    const unread = unreadFor(flags, response);
    if (unread !== undefined) {
      const pairs = headerPairs(response);
      return settleBytes(id, response.status, unread.kind, unread.bytes, unread.isExtended ? withForms(pairs) : pairs);
    }
    settle(id, response.status, response.result, flags, headerPairs(response));
  } catch (error) {
    settleRefusal(id, flags, error);
  }
}

/** Ends a call with a value; a value that cannot be encoded ends it with an error. */
function settle(id, status, value, flags, headers) {
  try {
    if (flags & SERIALIZED && !crossesAsItIs(value, flags)) {
      const { form, isExtended } = serializerFor(flags, EXTENDED_REPLY).write(value);
      return send(id, status, encode(form), isExtended ? withForms(headers) : headers);
    }
    return send(id, status, encode(value), headers);
  } catch (error) {
    if (status === 200) return settleRefusal(id, flags, error);
    // What was thrown is told as far as it can be told.
    send(id, status, encode(messageOf(value instanceof Error ? value : error)), headers);
  }
}

/** Values that have a type of their own on the wire; nodes of ours take plain bytes as bytes, too. */
function crossesAsItIs(value, flags) {
  switch (typeof value) {
    case "number":
      return isOrdinary(value) || (flags & EXTENDED_REPLY) === 0;
    case "bigint":
    case "symbol":
    case "function":
      return false;
    case "object":
      return value === null || ((flags & EXTENDED_REPLY) !== 0 && isPlainBytes(value));
    default:
      return true;
  }
}

function isPlainBytes(value) {
  return isView(value) && typedArrayName(value) === "Uint8Array" && getPrototypeOf(value) === Uint8Array.prototype;
}

/** Ends a call with what its procedure threw. */
function settleError(id, flags, error) {
  logFailure(error);
  settle(id, statusOf(error), error, flags);
}

/** Ends a call that did not reach its procedure, or whose result can not be sent: as text, in every encoding (spec 3.5). */
function settleRefusal(id, flags, error) {
  settleError(id, flags & ~SERIALIZED, error);
}

function send(id, status, { kind, body }, headers) {
  if (kind === BYTES) return settleBytes(id, status, kind, body, headers);
  forgetCall(id);
  op_jitar_settle_text(id, status, kind, body ?? "", headers);
}

/** Ends a call with the body as it goes over the wire. */
function settleBytes(id, status, kind, bytes, headers) {
  forgetCall(id);
  op_jitar_settle_bytes(id, status, kind, bytes, headers);
}

/** A fault of the program is an error for the log; a refusal that the program chose is not. */
function logFailure(error) {
  const level = statusOf(error) >= 500 ? ERROR : DEBUG;
  // A stack is expensive, and refusals are many.
  if (logs(level)) log(level, describe(error));
}

/** Logs an error that no call is waiting for. */
export function logError(title, error) {
  log(ERROR, `${title}: ${describe(error)}`);
}

function describe(error) {
  try {
    if (!(error instanceof Error)) return `Thrown value: ${String(error)}`;
    const stack = error.stack;
    return typeof stack === "string" && stack !== "" ? stack : `${error.name}: ${error.message}`;
  } catch {
    return "an error that can not be shown";
  }
}

/**
 * Calls a procedure outside the unit; this is `__run` of the remote stubs.
 * @param {string} fqn
 * @param {string} version
 * @param {Record<string, unknown>} args by name; `undefined` means absent
 * @param {unknown} source `this` of the stub: a request when the caller passed its own on
 */
export async function run(fqn, version, args, source) {
  const context = getAsyncContext();
  const reply = await sendOut(context?.call ?? NO_CALL, fqn, version, args, propagated(source, context));
  const result = readReply(fqn, reply);
  if (reply.status === 200) return result;
  throw result instanceof Error ? result : errorForStatus(reply.status, messageOf(result));
}

/** Sends the call with all that values have, and in the known forms where nodes of another kind are on the way. */
async function sendOut(call, fqn, version, args, headers) {
  const { forms, isExtended } = serializers.trustedPeer.writeArguments(args);
  const reply = await op_jitar_run(call, fqn, version, jsonStringify(forms), isExtended, headers);
  if (!isExtended || reply.status !== UNSUPPORTED_MEDIA_TYPE) return reply;
  const { forms: known } = serializers.trusted.writeArguments(args);
  return await op_jitar_run(call, fqn, version, jsonStringify(known), false, headers);
}

function readReply(fqn, reply) {
  return readValue(fqn, reply.kind, reply.bytes ?? reply.text ?? undefined, pick(serializers, hasForms(reply.headers)));
}

function propagated(source, context) {
  const request = source instanceof Request ? source : context?.request;
  const pairs = [];
  if (request === undefined) return pairs;
  for (let idx = 0; idx < PROPAGATED_HEADERS.length; idx++) {
    const value = request.getHeader(PROPAGATED_HEADERS[idx]);
    if (value !== undefined) pairs[pairs.length] = [PROPAGATED_HEADERS[idx], String(value)];
  }
  return pairs;
}

/**
 * Adds a middleware: the default export of a module.
 * @param {object} namespace
 * @param {string} specifier for messages
 */
export function addMiddleware(namespace, specifier) {
  const self = namespace.default;
  if (!isObject(self) || typeof self.handle !== "function") {
    throw new ServerError(`Invalid middleware '${specifier}': its default export has no function \`handle\``);
  }
  middleware[middleware.length] = { self, handle: self.handle };
}

/**
 * Adds a health check: the default export of a module. One of the same name replaces it.
 * @param {object} namespace
 * @param {string} specifier for messages
 */
export function addHealthCheck(namespace, specifier) {
  const self = namespace.default;
  if (!isObject(self) || typeof self.isHealthy !== "function") {
    throw new ServerError(`Invalid health check '${specifier}': its default export has no function \`isHealthy\``);
  }
  mapSet(healthChecks, String(self.name), self);
}

/** How long a health check may take that does not say so itself, in milliseconds (spec 12). */
const HEALTH_TIMEOUT = 5000;

/** Runs all health checks at once; the reply is an object of names and booleans. */
export function checkHealth(id) {
  const results = objectCreate(null);
  const names = [];
  for (const { 0: name } of entriesOf(healthChecks)) names[names.length] = name;
  let left = names.length;
  const finish = () => send(id, 200, { kind: JSON_TEXT, body: jsonStringify(results) });
  if (left === 0) return finish();
  for (let idx = 0; idx < names.length; idx++) {
    setOwn(results, names[idx], false);
    then(isHealthy(mapGet(healthChecks, names[idx])), (healthy) => {
      setOwn(results, names[idx], healthy);
      left -= 1;
      if (left === 0) finish();
    });
  }
}

async function isHealthy(check) {
  const timeout = typeof check.timeout === "number" ? check.timeout : HEALTH_TIMEOUT;
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = core.createSystemTimer(() => resolve(false), timeout, true);
      then((async () => await check.isHealthy())(), (healthy) => resolve(Boolean(healthy)), reject);
    });
  } catch (error) {
    log(DEBUG, `Health check '${check.name}' failed: ${describe(error)}`);
    return false;
  } finally {
    core.cancelTimer(timer);
  }
}

const entriesOf = uncurryThis(Map.prototype.entries);

/** Headers as the request reads them when somebody looks at them; a line feed cannot be part of one. */
function lateHeaders(text) {
  return text === undefined ? undefined : new Late(() => pairsOf(split(text, "\n")));
}
