// Base64 without Buffer or atob: V8's own where it has it, else a loop.

import {
  apply,
  arrayJoin,
  charCodeAt,
  copyOfBytes,
  fromCharCode,
  Intrinsics,
  min,
  typedArrayBuffer,
  typedArrayByteLength,
} from "ext:jitar/primordials.js";

const { Uint8Array } = Intrinsics;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 61;
const NO_DIGIT = 255;

/** Characters by value, and values by character; `-` and `_` are read as `+` and `/`. */
const CHARACTERS = new Uint8Array(64);
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 64; digit++) {
  CHARACTERS[digit] = ALPHABET.charCodeAt(digit);
  DIGITS[CHARACTERS[digit]] = digit;
}
DIGITS["-".charCodeAt(0)] = DIGITS["+".charCodeAt(0)];
DIGITS["_".charCodeAt(0)] = DIGITS["/".charCodeAt(0)];

/** How many characters `String.fromCharCode` gets at once. */
const CHUNK = 8192;

const nativeEncode = Uint8Array.prototype.toBase64;
const nativeDecode = Uint8Array.fromBase64;

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function encodeBase64(bytes) {
  return nativeEncode === undefined ? encodeByLoop(bytes) : apply(nativeEncode, bytes, []);
}

/**
 * Reads leniently: characters that are not of the alphabet are skipped, as the known implementation does.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function decodeBase64(text) {
  if (nativeDecode !== undefined) {
    try {
      return apply(nativeDecode, Uint8Array, [text]);
    } catch {
      // Not strictly base64.
    }
  }
  return decodeByLoop(text);
}

/** See `encodeBase64`. Exported for tests. */
export function encodeByLoop(bytes) {
  const length = typedArrayByteLength(bytes);
  const codes = new Uint8Array(((length + 2 - ((length + 2) % 3)) / 3) * 4);
  let out = 0;
  for (let idx = 0; idx < length; idx += 3) {
    const bits = (bytes[idx] << 16) | ((bytes[idx + 1] ?? 0) << 8) | (bytes[idx + 2] ?? 0);
    codes[out++] = CHARACTERS[bits >> 18];
    codes[out++] = CHARACTERS[(bits >> 12) & 63];
    codes[out++] = idx + 1 < length ? CHARACTERS[(bits >> 6) & 63] : PADDING;
    codes[out++] = idx + 2 < length ? CHARACTERS[bits & 63] : PADDING;
  }
  const parts = [];
  for (let start = 0; start < out; start += CHUNK) {
    const chunk = new Uint8Array(typedArrayBuffer(codes), start, min(CHUNK, out - start));
    parts[parts.length] = apply(fromCharCode, undefined, chunk);
  }
  return arrayJoin(parts, "");
}

/** See `decodeBase64`. Exported for tests. */
export function decodeByLoop(text) {
  const capacity = (text.length * 3) >> 2;
  const bytes = new Uint8Array(capacity);
  let out = 0;
  let bits = 0;
  let pending = 0;
  for (let idx = 0; idx < text.length; idx++) {
    const code = charCodeAt(text, idx);
    if (code === PADDING) {
      break;
    }
    const digit = code < 128 ? DIGITS[code] : NO_DIGIT;
    if (digit === NO_DIGIT) {
      continue;
    }
    bits = ((bits << 6) | digit) & 0xffffff;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      bytes[out++] = (bits >> pending) & 255;
    }
  }
  return out === capacity ? bytes : copyOfBytes(bytes, out);
}
