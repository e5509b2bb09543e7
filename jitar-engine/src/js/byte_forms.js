// Bytes in the serialised encoding (spec 5.1): typed arrays, Buffer, ArrayBuffer and DataView. Views send their own
// bytes only, and what arrives has a buffer of its own. The byte order is little endian, that of all our machines.

import { decodeBase64, encodeBase64 } from "ext:jitar/base64.js";
import { BadRequest } from "ext:jitar/errors.js";
import {
  bufferByteLength,
  bytesOfView,
  copyOfBytes,
  hasOwn,
  Intrinsics,
  isArray,
  mapGet,
  mapSet,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayName,
} from "ext:jitar/primordials.js";
import { bufferClass } from "ext:jitar/web/buffer_class.js";

const { DataView, Map, Uint8Array } = Intrinsics;

/** The typed arrays that there are, by name. */
const VIEWS = new Map();
for (const element of [
  "Int8",
  "Uint8",
  "Uint8Clamped",
  "Int16",
  "Uint16",
  "Int32",
  "Uint32",
  "Float16",
  "Float32",
  "Float64",
  "BigInt64",
  "BigUint64",
]) {
  const View = globalThis[`${element}Array`];
  if (View !== undefined) {
    mapSet(VIEWS, View.name, { View, elementSize: View.BYTES_PER_ELEMENT });
  }
}

/**
 * The form of a view. Peers of ours get base64, which is a third of the list of numbers that others know.
 * @param {ArrayBufferView} view
 * @param {boolean} isPeer
 * @returns {object | undefined} `undefined` for a `DataView`, which only peers of ours know
 */
export function formOfView(view, isPeer) {
  const bytes = bytesOfView(view);
  const type = typedArrayName(view);
  if (type === undefined) {
    return isPeer ? { serialized: true, name: "DataView", base64: encodeBase64(bytes) } : undefined;
  }
  if (type === "Uint8Array" && view.constructor?.name === "Buffer") {
    return { serialized: true, name: "Buffer", base64: encodeBase64(bytes) };
  }
  return isPeer
    ? { serialized: true, name: "TypedArray", type, base64: encodeBase64(bytes) }
    : { serialized: true, name: "TypedArray", type, bytes: listOfBytes(bytes) };
}

/**
 * The form of an `ArrayBuffer`.
 * @param {ArrayBuffer} buffer
 */
export function formOfBuffer(buffer) {
  return { serialized: true, name: "ArrayBuffer", base64: encodeBase64(new Uint8Array(buffer)) };
}

/**
 * The typed array of a form.
 * @param {object} form
 * @returns {ArrayBufferView | undefined} `undefined` when a member has the wrong type
 * @throws {BadRequest} the bytes make no such array
 */
export function viewOfForm(form) {
  const type = hasOwn(form, "type") ? form.type : undefined;
  const view = mapGet(VIEWS, type);
  const bytes = hasOwn(form, "bytes") && isArray(form.bytes) ? bytesOfList(form.bytes) : bytesOfForm(form);
  if (view === undefined || bytes === undefined) {
    return undefined;
  }
  if (typedArrayByteLength(bytes) % view.elementSize !== 0) {
    throw new BadRequest(`byte length of ${type} should be a multiple of ${view.elementSize}`);
  }
  return new view.View(typedArrayBuffer(bytes));
}

/**
 * The bytes of a form with the member `base64`.
 * @param {object} form
 * @returns {Uint8Array | undefined} `undefined` when a member has the wrong type
 */
export function bytesOfForm(form) {
  if (!hasOwn(form, "base64") || typeof form.base64 !== "string") {
    return undefined;
  }
  const bytes = decodeBase64(form.base64);
  return bufferByteLength(typedArrayBuffer(bytes)) === typedArrayByteLength(bytes) ? bytes : copyOfBytes(bytes);
}

/** See `bytesOfForm`. */
export function nodeBufferOfForm(form) {
  const bytes = bytesOfForm(form);
  if (bytes === undefined) return undefined;
  const Buffer = bufferClass();
  return new Buffer(typedArrayBuffer(bytes));
}

/** See `bytesOfForm`. */
export function bufferOfForm(form) {
  const bytes = bytesOfForm(form);
  return bytes === undefined ? undefined : typedArrayBuffer(bytes);
}

/** See `bytesOfForm`. */
export function dataViewOfForm(form) {
  const buffer = bufferOfForm(form);
  return buffer === undefined ? undefined : new DataView(buffer);
}

function listOfBytes(bytes) {
  const list = [];
  const length = typedArrayByteLength(bytes);
  for (let idx = 0; idx < length; idx++) {
    list[idx] = bytes[idx];
  }
  return list;
}

function bytesOfList(list) {
  const bytes = new Uint8Array(list.length);
  for (let idx = 0; idx < list.length; idx++) {
    // Any other value counts as the known implementation counts it: modulo 256, and what is no number as 0.
    bytes[idx] = typeof list[idx] === "object" ? 0 : list[idx];
  }
  return bytes;
}
