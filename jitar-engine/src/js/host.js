// What generated `host:` modules use: calls of Rust functions by their place in the unit's table.

import { core } from "ext:core/mod.js";
import { op_jitar_host, op_jitar_host_async } from "ext:core/ops";
import * as errors from "ext:jitar/errors.js";
import { refuseWhileBuilding } from "ext:jitar/guard.js";
import { ERROR, log } from "ext:jitar/log.js";
import { defineProperty, Intrinsics } from "ext:jitar/primordials.js";

const { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError } = Intrinsics;
const { getAsyncContext } = core;

/** Outside of any call. */
const NO_CALL = 0xffff_ffff;

/** The classes that Rust may name. */
const CLASSES = {
  __proto__: null,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  BadRequest: errors.BadRequest,
  Forbidden: errors.Forbidden,
  NotFound: errors.NotFound,
  NotImplemented: errors.NotImplemented,
  PaymentRequired: errors.PaymentRequired,
  ServerError: errors.ServerError,
  Teapot: errors.Teapot,
  Unauthorized: errors.Unauthorized,
};

/**
 * Calls a plain function.
 * @param {number} index place in the unit's table
 * @param {string} name for the report, when a module calls it while a blob is made
 * @param {unknown[]} args
 */
export function callHost(index, name, args) {
  refuseWhileBuilding(`calls the host function '${name}'`);
  try {
    return op_jitar_host(index, args);
  } catch (failure) {
    throw errorOf(failure);
  }
}

/** Calls an async function; the parameters are those of `callHost`. */
export async function callHostAsync(index, name, args) {
  refuseWhileBuilding(`calls the host function '${name}'`);
  const settled = await op_jitar_host_async(index, getAsyncContext()?.call ?? NO_CALL, args);
  if (settled.length === 1) return settled[0];
  throw errorOf(settled);
}

/** The error that Rust described by class, message and code. A panic is a fault of the program, even if it is caught here. */
function errorOf(failure) {
  // An overflow of the stack is thrown by V8 itself.
  if (failure instanceof Error) return failure;
  if (failure[3]) log(ERROR, failure[1]);
  const name = failure[0];
  const known = CLASSES[name];
  const error = known === undefined ? new Error(failure[1]) : new known(failure[1]);
  if (known === undefined) own(error, "name", name);
  if (failure[2] !== undefined) own(error, "code", failure[2]);
  return error;
}

function own(error, key, value) {
  defineProperty(error, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}
