// How a result travels when no data encoding was asked for (spec 4.3): a kind and text or bytes.

import { hasStatus, ServerError } from "ext:jitar/errors.js";
import { bytesOfView, indexOf, Intrinsics, isView, jsonParse, jsonStringify, slice } from "ext:jitar/primordials.js";

const { ArrayBuffer, Error, Number, String, Uint8Array } = Intrinsics;

/** The kinds, as numbers that the native side knows (`ContentKind::ALL`). */
export const TEXT = 0;
export const NUMBER = 1;
export const BOOLEAN = 2;
export const NULL = 3;
export const UNDEFINED = 4;
export const JSON_TEXT = 5;
export const BYTES = 6;

/**
 * @typedef {{ kind: number, body: string | Uint8Array | undefined }} Encoded
 */

/**
 * Encodes a result or a thrown value.
 * @param {unknown} value
 * @returns {Encoded}
 * @throws {ServerError} the value has no form on the wire
 */
export function encode(value) {
  switch (typeof value) {
    case "string":
      return { kind: TEXT, body: value };
    case "number":
      return { kind: NUMBER, body: String(value) };
    case "boolean":
      return { kind: BOOLEAN, body: value ? "true" : "false" };
    case "undefined":
      return { kind: UNDEFINED, body: undefined };
    case "object":
      return value === null ? { kind: NULL, body: undefined } : encodeObject(value);
    default:
      throw new ServerError(`A result of type '${typeof value}' can not be sent`);
  }
}

/**
 * Decodes a reply.
 * @param {number} kind
 * @param {string | Uint8Array | undefined} body text, or bytes when the kind is `BYTES`
 * @returns {unknown}
 */
export function decode(kind, body) {
  switch (kind) {
    case TEXT:
      return body ?? "";
    case NUMBER:
      return Number(body);
    case BOOLEAN:
      return body === "true";
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case JSON_TEXT:
      return parseReply(body);
    case BYTES:
      return body ?? new Uint8Array(0);
    default:
      throw new ServerError(`Unknown kind of result ${kind}`);
  }
}

function encodeObject(value) {
  if (isView(value)) {
    return { kind: BYTES, body: bytesOfView(value) };
  }
  if (value instanceof ArrayBuffer) {
    return { kind: BYTES, body: new Uint8Array(value) };
  }
  if (value instanceof Error) {
    return { kind: TEXT, body: messageOf(value) };
  }
  const text = stringify(value);
  return text === undefined ? { kind: UNDEFINED, body: undefined } : { kind: JSON_TEXT, body: text };
}

function messageOf(error) {
  try {
    return String(error.message);
  } catch {
    return "";
  }
}

function stringify(value) {
  try {
    return jsonStringify(value);
  } catch (error) {
    // An application's own `toJSON` may refuse with a status of its choice.
    if (hasStatus(error)) {
      throw error;
    }
    throw new ServerError(`The result can not be sent as JSON: ${reasonOf(error)}`, { cause: error });
  }
}

/** V8 draws the path of a cycle over several lines; the first one says what is wrong. */
function reasonOf(error) {
  const text = error instanceof Error ? messageOf(error) : String(error);
  const end = indexOf(text, "\n");
  return end === -1 ? text : slice(text, 0, end);
}

function parseReply(body) {
  try {
    return jsonParse(body);
  } catch (error) {
    throw new ServerError(`The reply is not valid JSON: ${messageOf(error)}`, { cause: error });
  }
}
