// What browsers load as `/jitar/client/jitar.js`: `__run` over `fetch` with the serialised encoding, and the names of the
// module `jitar/client`. The build puts this and the modules that it imports into one file. No key ever gets here.

import { errorForStatus, ServerError, statusOf } from "ext:jitar/errors.js";
import { apply, Intrinsics, isArray, isObject, jsonParse, jsonStringify, mapGet, objectKeys } from "ext:jitar/primordials.js";
import { Request, Response } from "ext:jitar/request.js";
import { BOOLEAN, BYTES, decode, JSON_TEXT, NULL, NUMBER, TEXT, UNDEFINED } from "ext:jitar/result.js";
import { createSerializer, Registry } from "ext:jitar/serializer.js";

export {
  BadRequest,
  Forbidden,
  NotFound,
  NotImplemented,
  PaymentRequired,
  ProcedureNotAccessible,
  ServerError,
  Teapot,
  Unauthorized,
} from "ext:jitar/errors.js";
export {
  ArrayParameter,
  Class,
  Implementation,
  NamedParameter,
  ObjectParameter,
  Procedure,
  Segment,
  Version,
} from "ext:jitar/model.js";
export { Request, Response } from "ext:jitar/request.js";

const { Error, Map, Uint8Array } = Intrinsics;

/** Calls that are sent at a time; browsers have few connections for one service. */
const AT_ONCE = 20;
/** Calls that may wait for that. */
const MAX_WAITING = 1000;

/** Where procedures are: at the service that this file came from, so same-origin for its own pages. */
const BASE = new URL("../../rpc/", import.meta.url);

/** Kinds of results by the value of `x-jitar-content-type`. */
const KINDS = {
  __proto__: null,
  "text/plain": TEXT,
  "application/number": NUMBER,
  "application/boolean": BOOLEAN,
  "application/null": NULL,
  "application/undefined": UNDEFINED,
  "application/json": JSON_TEXT,
  "application/octet-stream": BYTES,
};

const classes = new Registry();
/** For what is sent: it carries no stacks. */
const outgoing = createSerializer({ classes, trusted: false, url: URL });
/** For what comes from the service, which is more trusted than this page. */
const incoming = createSerializer({ classes, trusted: true, url: URL });

const middleware = [];
const waiting = [];
let running = 0;
let currentSignal;

/** Client path and export of each class of the application; filled by the generated end of this file. */
let classModules = { __proto__: null };

/** Tells where classes are, so that instances can be received whose module was not imported. */
export function __setClassModules(modules) {
  classModules = { __proto__: null, ...modules };
}

/** Lets instances of a class cross; modules with classes call it for their own. */
export function __registerClass(fqn, clazz) {
  classes.add(fqn, clazz);
}

/**
 * Calls of procedures that `body` starts (before its first `await`) end when the signal is aborted.
 * @template T
 * @param {AbortSignal} signal
 * @param {() => T} body
 * @returns {T}
 */
export function withSignal(signal, body) {
  const outer = currentSignal;
  currentSignal = signal;
  try {
    return body();
  } finally {
    currentSignal = outer;
  }
}

/**
 * Adds a middleware around the calls that follow; the last one added is the innermost.
 * @param {{ handle(request: Request, next: () => Promise<Response>): Promise<Response> }} added
 */
export function addMiddleware(added) {
  if (!isObject(added) || typeof added.handle !== "function") {
    throw new ServerError("A middleware has a function `handle`");
  }
  middleware.push(added);
}

/** Calls a procedure; this is what stubs do. */
export async function __run(fqn, version, args) {
  const signal = currentSignal;
  const request = new Request(fqn, version, args, [], "normal");
  let next = () => send(request, signal);
  for (let idx = middleware.length - 1; idx >= 0; idx--) {
    const { [idx]: self } = middleware;
    const inner = next;
    next = async () => await apply(self.handle, self, [request, inner]);
  }
  const response = await next();
  if (response.status === 200) return response.result;
  throw response.result instanceof Error ? response.result : errorForStatus(response.status, String(response.result));
}

async function send(request, signal) {
  await place(signal);
  try {
    return await exchange(request, signal);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** Waits for its turn. */
async function place(signal) {
  signal?.throwIfAborted();
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) throw errorForStatus(503, `More than ${MAX_WAITING} calls wait for an answer`);
    await new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal.reason);
      };
      waiting.push(go);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
  running += 1;
}

async function exchange(request, signal) {
  const headers = {
    "content-type": "application/json",
    "x-jitar-data-encoding": "serialized",
    "x-jitar-procedure-version": request.version.toString(),
  };
  request.headers.forEach((value, name) => (headers[name] = value));
  const body = jsonStringify(outgoing.writeArguments(request.args).forms);
  const url = new URL(request.fqn.split("/").map(encodeURIComponent).join("/"), BASE);
  let reply;
  try {
    reply = await fetch(url, { method: "POST", headers, body, signal });
    return new Response(reply.status, await resultOf(reply));
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (reply === undefined) throw new ServerError("The service can not be reached", { cause: error });
    throw error;
  }
}

async function resultOf(reply) {
  const kind = KINDS[reply.headers.get("x-jitar-content-type")] ?? kindOf(reply.headers.get("content-type") ?? "");
  if (kind === BYTES) return new Uint8Array(await reply.arrayBuffer());
  const text = await reply.text();
  if (kind !== JSON_TEXT) return decode(kind, text);
  const forms = parse(text);
  await loadClasses(forms);
  return isObject(forms) ? incoming.deserialize(forms) : forms;
}

/** A proxy on the way may drop our header. */
function kindOf(contentType) {
  if (contentType.startsWith("application/json")) return JSON_TEXT;
  return contentType.startsWith("application/octet-stream") ? BYTES : TEXT;
}

function parse(text) {
  try {
    return jsonParse(text);
  } catch (error) {
    throw new ServerError("The reply is not valid JSON", { cause: error });
  }
}

/** Loads the modules of classes whose instances are in a reply, as far as the application has them for browsers. */
async function loadClasses(forms) {
  const wanted = new Map();
  const pending = [forms];
  while (pending.length > 0) {
    const value = pending.pop();
    if (!isObject(value)) continue;
    if (value.serialized === true && typeof value.key === "string" && classes.byKey(value.key) === undefined) {
      const path = classModules[value.key];
      if (path !== undefined) wanted.set(value.key, path);
    }
    const keys = isArray(value) ? undefined : objectKeys(value);
    if (keys === undefined) for (let idx = 0; idx < value.length; idx++) pending.push(value[idx]);
    else for (let idx = 0; idx < keys.length; idx++) pending.push(value[keys[idx]]);
  }
  const loading = [];
  wanted.forEach((path) => loading.push(import(new URL(path, import.meta.url).href)));
  await Promise.all(loading);
}
