// What middleware and procedures see of a call: the request, which is also `this` inside a procedure, and the response
// (spec 3.1).

import { ServerError } from "ext:jitar/errors.js";
import { Version } from "ext:jitar/model.js";
import {
  arrayJoin,
  Intrinsics,
  isArray,
  isObject,
  mapClear,
  mapDelete,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  objectKeys,
  regExpExec,
  toLowerCase,
} from "ext:jitar/primordials.js";

import { makeSignal } from "ext:jitar/web/call_signals.js";

const { Map, String } = Intrinsics;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[^\0-\x08\x0a-\x1f\x7f]*$/;
const SET_COOKIE = "set-cookie";

let isLate;
let readLate;
let sourceOf;

/**
 * Stands for a value that is read when somebody first asks for it, and knows what it would be read from. It never
 * leaves our own code.
 */
export class Late {
  #read;
  #source;

  static {
    isLate = (value) => isObject(value) && #read in value;
    readLate = (late) => late.#read();
    sourceOf = (value) => (isLate(value) ? value.#source : undefined);
  }

  /**
   * @param {() => unknown} read
   * @param {unknown} [source]
   */
  constructor(read, source) {
    this.#read = read;
    this.#source = source;
  }
}

/** Tells a request which call it is, so that its signal is aborted with it. */
export let setCall;

/** The signal of a request. */
export let signalOf;

/** The arguments of a request; `undefined` as long as nobody has looked at them. */
export let lookedAtArguments;

/** The headers of a request as pairs, ready to be sent on; `undefined` as long as nobody has looked at them. */
export let lookedAtHeaders;

/**
 * A call of a procedure. Arguments and headers are copied when they are first looked at, so requests that were made
 * from the same map never see each other's changes.
 */
export class Request {
  #fqn;
  #version;
  #mode;
  #args;
  #argumentSource;
  #headers;
  #headerSource;
  #call;
  #signal;

  static {
    setCall = (request, call) => {
      request.#call = call;
    };
    signalOf = (request) => (request.#signal ??= makeSignal(request.#call));
    lookedAtArguments = (request) => request.#args;
    lookedAtHeaders = (request) => (request.#headers === undefined ? undefined : pairsOf(request.#headers));
  }

  /**
   * @param {string} fqn
   * @param {Version | string} version
   * @param {Map<string, unknown> | Record<string, unknown>} [args] a name that begins with `*` is an injected value:
   *   it wins over the plain name, and code that takes arguments from clients refuses such names (`arguments.js`)
   * @param {Map<string, string> | [string, string][] | Late} [headers] in a list a name may repeat
   * @param {"normal" | "dry"} [mode]
   */
  constructor(fqn, version, args, headers, mode = "normal") {
    this.#fqn = fqn;
    this.#version = version;
    this.#argumentSource = args;
    this.#headerSource = headers;
    this.#mode = mode;
  }

  get fqn() {
    return this.#fqn;
  }

  /** Aborted when the call is given up: its time is over, or its client is gone. */
  get signal() {
    return signalOf(this);
  }

  /** The version that the caller asked for. */
  get version() {
    if (typeof this.#version === "string") {
      this.#version = Version.parse(this.#version);
    }
    return this.#version;
  }

  get mode() {
    return this.#mode;
  }

  get args() {
    return (this.#args ??= argumentMap(this.#argumentSource));
  }

  get headers() {
    return (this.#headers ??= headerMap(this.#headerSource));
  }

  clearArguments() {
    mapClear(this.args);
  }

  setArgument(name, value) {
    mapSet(this.args, name, value);
  }

  getArgument(name) {
    return mapGet(this.args, name);
  }

  hasArgument(name) {
    return mapHas(this.args, name);
  }

  removeArgument(name) {
    mapDelete(this.args, name);
  }

  clearHeaders() {
    mapClear(this.headers);
  }

  setHeader(name, value) {
    mapSet(this.headers, lower(name), value);
  }

  getHeader(name) {
    return mapGet(this.headers, lower(name));
  }

  hasHeader(name) {
    return mapHas(this.headers, lower(name));
  }

  removeHeader(name) {
    mapDelete(this.headers, lower(name));
  }
}

let hasHeaders;

/** What the result of a response would be read from; `undefined` when somebody has looked at it, or it is a value. */
export let unreadResult;

/** What a call answered. */
export class Response {
  #status;
  #result;
  #headers;

  static {
    hasHeaders = (response) => response.#headers !== undefined;
    unreadResult = (response) => sourceOf(response.#result);
  }

  /**
   * @param {number} status
   * @param {unknown} [result]
   * @param {Map<string, string> | [string, string][]} [headers]
   */
  constructor(status, result = undefined, headers = undefined) {
    this.#status = status;
    this.#result = result;
    this.#headers = headers;
  }

  get status() {
    return this.#status;
  }

  get result() {
    if (isLate(this.#result)) {
      this.#result = readLate(this.#result);
    }
    return this.#result;
  }

  set result(value) {
    this.#result = value;
  }

  /** Values by lower-case name; several `set-cookie` values are a list. */
  get headers() {
    if (!(this.#headers instanceof Map)) {
      this.#headers = headerMap(this.#headers);
    }
    return this.#headers;
  }

  clearHeaders() {
    mapClear(this.headers);
  }

  setHeader(name, value) {
    mapSet(this.headers, lower(name), value);
  }

  /** Adds a value: cookies stay separate values, those of other headers are joined with a comma. */
  appendHeader(name, value) {
    append(this.headers, lower(name), value);
  }

  getHeader(name) {
    const value = mapGet(this.headers, lower(name));
    return isArray(value) ? arrayJoin(value, ", ") : value;
  }

  /** Every cookie that is set. */
  getSetCookie() {
    const value = mapGet(this.headers, SET_COOKIE);
    return value === undefined ? [] : isArray(value) ? value : [value];
  }

  hasHeader(name) {
    return mapHas(this.headers, lower(name));
  }

  removeHeader(name) {
    mapDelete(this.headers, lower(name));
  }
}

/**
 * The headers of a response as pairs, ready to be sent.
 * @param {Response} response
 * @returns {[string, string][]}
 * @throws {ServerError} a name or value that HTTP does not allow
 */
export function headerPairs(response) {
  return hasHeaders(response) ? pairsOf(response.headers) : [];
}

function pairsOf(headers) {
  const pairs = [];
  mapForEach(headers, (value, name) => {
    const values = isArray(value) ? value : [value];
    for (let idx = 0; idx < values.length; idx++) {
      pairs[pairs.length] = checked(lower(name), String(values[idx]));
    }
  });
  return pairs;
}

function checked(name, value) {
  if (regExpExec(HEADER_NAME, name) === null) {
    throw new ServerError(`Invalid header name '${name}'`);
  }
  if (regExpExec(HEADER_VALUE, value) === null) {
    throw new ServerError(`Invalid value for header '${name}'`);
  }
  return [name, value];
}

function lower(name) {
  return toLowerCase(String(name));
}

function argumentMap(argumentSource) {
  const args = new Map();
  const source = isLate(argumentSource) ? readLate(argumentSource) : argumentSource;
  if (source instanceof Map) {
    mapForEach(source, (value, name) => mapSet(args, name, value));
  } else if (source !== undefined && source !== null) {
    const names = objectKeys(source);
    for (let idx = 0; idx < names.length; idx++) {
      mapSet(args, names[idx], source[names[idx]]);
    }
  }
  return args;
}

function headerMap(given) {
  const source = isLate(given) ? readLate(given) : given;
  const headers = new Map();
  if (source instanceof Map) {
    mapForEach(source, (value, name) => mapSet(headers, lower(name), value));
  } else if (source !== undefined && source !== null) {
    for (let idx = 0; idx < source.length; idx++) {
      append(headers, lower(source[idx][0]), source[idx][1]);
    }
  }
  return headers;
}

function append(headers, name, value) {
  const present = mapGet(headers, name);
  if (present === undefined) {
    mapSet(headers, name, value);
  } else if (name === SET_COOKIE) {
    const values = isArray(present) ? present : [present];
    values[values.length] = value;
    mapSet(headers, name, values);
  } else {
    mapSet(headers, name, `${present}${name === "cookie" ? "; " : ", "}${value}`);
  }
}
