// Errors with the codes of Node, which packages look at.

import { Intrinsics } from "ext:jitar/primordials.js";

const { RangeError, String, TypeError } = Intrinsics;

function withCode(error, code) {
  error.code = code;
  return error;
}

/** An argument of the wrong type. */
export function wrongType(name, expected, value) {
  const shown = value === null ? "null" : typeof value;
  const message = `The "${name}" argument must be ${expected}. Received ${shown}`;
  return withCode(new TypeError(message), "ERR_INVALID_ARG_TYPE");
}

/** A number outside of its range. */
export function outOfRange(name, range, value) {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`;
  return withCode(new RangeError(message), "ERR_OUT_OF_RANGE");
}

/** An encoding that does not exist. */
export function unknownEncoding(name) {
  return withCode(new TypeError(`Unknown encoding: ${String(name)}`), "ERR_UNKNOWN_ENCODING");
}

/** A write or read beyond the end. */
export function outsideOfBuffer() {
  return withCode(new RangeError("Attempt to access memory outside buffer bounds"), "ERR_BUFFER_OUT_OF_BOUNDS");
}

/** A length that the operation does not fit. */
export function wrongSize(bits) {
  return withCode(new RangeError(`Buffer size must be a multiple of ${bits}-bits`), "ERR_INVALID_BUFFER_SIZE");
}
