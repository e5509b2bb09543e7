// Where a `Buffer` contains other bytes: `indexOf` and its family.

import { typedArrayByteLength } from "ext:jitar/primordials.js";

/**
 * @param {Uint8Array} buffer
 * @param {unknown} value
 * @param {unknown} offset where to begin; negative counts from the end; text means the encoding
 * @param {unknown} encoding
 * @param {1 | -1} direction
 * @param {(value: unknown, encoding: unknown) => Uint8Array} bytesOf
 */
export function search(buffer, value, offset, encoding, direction, bytesOf) {
  if (typeof offset === "string") return search(buffer, value, undefined, offset, direction, bytesOf);
  const bytes = bytesOf(value, encoding);
  const length = typedArrayByteLength(buffer);
  const forwards = direction === 1;
  let start = +offset;
  if (offset === undefined || start !== start) start = forwards ? 0 : length;
  start -= start % 1;
  if (start < 0) start += length;
  if (start < 0) {
    if (!forwards) return -1;
    start = 0;
  }
  const size = typedArrayByteLength(bytes);
  const last = length - size;
  if (size === 0) return start > length ? length : start;
  if (forwards) {
    for (let at = start; at <= last; at++) if (matches(buffer, bytes, at, size)) return at;
  } else {
    for (let at = start > last ? last : start; at >= 0; at--) if (matches(buffer, bytes, at, size)) return at;
  }
  return -1;
}

function matches(buffer, bytes, at, size) {
  for (let nth = 0; nth < size; nth++) if (buffer[at + nth] !== bytes[nth]) return false;
  return true;
}
