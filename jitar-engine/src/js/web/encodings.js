// Text of a `Buffer`: the encodings that Node knows, by name. A decoder makes bytes of text, an encoder text of bytes; both
// are as lenient as Node's, which skip or replace what does not fit and never throw.

import { core } from "ext:core/mod.js";
import { decodeBase64, encodeBase64 } from "ext:jitar/base64.js";
import {
  apply,
  arrayJoin,
  charCodeAt,
  fromCharCode,
  hasOwn,
  Intrinsics,
  min,
  slice,
  toLowerCase,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
} from "ext:jitar/primordials.js";

const { Uint8Array } = Intrinsics;

/** How many characters `String.fromCharCode` gets at once. */
const CHUNK = 8192;

/** A byte order mark, which Node keeps and the platform's decoder drops. */
const BOM = [0xef, 0xbb, 0xbf];

/** The bytes of `bytes` from `start` to `end`, without copying, as a plain array that nobody has overridden. */
export function view(bytes, start, end) {
  return new Uint8Array(typedArrayBuffer(bytes), typedArrayByteOffset(bytes) + start, end - start);
}

function encodeUtf8(bytes) {
  const hasBom = typedArrayByteLength(bytes) >= 3 && bytes[0] === BOM[0] && bytes[1] === BOM[1] && bytes[2] === BOM[2];
  return (hasBom ? "\ufeff" : "") + core.decode(bytes);
}

/** One unit a byte, or two bytes a unit with the lower one first. */
function encodeUnits(bytes, unitSize, mask) {
  const length = typedArrayByteLength(bytes);
  const parts = [];
  for (let start = 0; start + unitSize <= length; start += CHUNK * unitSize) {
    const count = min(CHUNK, (length - start - ((length - start) % unitSize)) / unitSize);
    const units = [];
    for (let nth = 0; nth < count; nth++) {
      const at = start + nth * unitSize;
      units[nth] = (unitSize === 1 ? bytes[at] : bytes[at] | (bytes[at + 1] << 8)) & mask;
    }
    parts[parts.length] = apply(fromCharCode, undefined, units);
  }
  return arrayJoin(parts, "");
}

function decodeBytes(text) {
  const bytes = new Uint8Array(text.length);
  for (let idx = 0; idx < text.length; idx++) bytes[idx] = charCodeAt(text, idx);
  return bytes;
}

function decodeUtf16(text) {
  const bytes = new Uint8Array(text.length * 2);
  for (let idx = 0; idx < text.length; idx++) {
    const unit = charCodeAt(text, idx);
    bytes[idx * 2] = unit;
    bytes[idx * 2 + 1] = unit >> 8;
  }
  return bytes;
}

const DIGITS = "0123456789abcdef";

function encodeHex(bytes) {
  const length = typedArrayByteLength(bytes);
  const parts = [];
  for (let idx = 0; idx < length; idx++) parts[idx] = DIGITS[bytes[idx] >> 4] + DIGITS[bytes[idx] & 15];
  return arrayJoin(parts, "");
}

/** Ends at the first pair that is none, as Node does. */
function decodeHex(text) {
  const pairs = text.length >> 1;
  const bytes = new Uint8Array(pairs);
  for (let idx = 0; idx < pairs; idx++) {
    const high = digitOf(charCodeAt(text, idx * 2));
    const low = digitOf(charCodeAt(text, idx * 2 + 1));
    if (high < 0 || low < 0) return view(bytes, 0, idx);
    bytes[idx] = (high << 4) | low;
  }
  return bytes;
}

function digitOf(code) {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function encodeBase64Url(bytes) {
  const text = encodeBase64(bytes);
  let out = "";
  let from = 0;
  for (let idx = 0; idx < text.length; idx++) {
    const code = charCodeAt(text, idx);
    const instead = code === 43 ? "-" : code === 47 ? "_" : code === 61 ? "" : undefined;
    if (instead === undefined) continue;
    out += slice(text, from, idx) + instead;
    from = idx + 1;
  }
  return out + slice(text, from);
}

const UTF8 = { name: "utf8", encode: encodeUtf8, decode: (text) => core.encode(text) };
const UTF16 = { name: "utf16le", encode: (bytes) => encodeUnits(bytes, 2, 0xffff), decode: decodeUtf16 };
const LATIN1 = { name: "latin1", encode: (bytes) => encodeUnits(bytes, 1, 0xff), decode: decodeBytes };

const ENCODINGS = {
  __proto__: null,
  "utf8": UTF8,
  "utf-8": UTF8,
  "utf16le": UTF16,
  "utf-16le": UTF16,
  "ucs2": UTF16,
  "ucs-2": UTF16,
  "latin1": LATIN1,
  "binary": LATIN1,
  "ascii": { name: "ascii", encode: (bytes) => encodeUnits(bytes, 1, 0x7f), decode: decodeBytes },
  "hex": { name: "hex", encode: encodeHex, decode: decodeHex },
  "base64": { name: "base64", encode: encodeBase64, decode: decodeBase64 },
  "base64url": { name: "base64url", encode: encodeBase64Url, decode: decodeBase64 },
};

/** The encoding of that name, in whatever case; `undefined` when there is none. */
export function findEncoding(name) {
  if (name === undefined || name === null || name === "") return UTF8;
  if (typeof name !== "string") return undefined;
  if (hasOwn(ENCODINGS, name)) return ENCODINGS[name];
  const lower = toLowerCase(name);
  return hasOwn(ENCODINGS, lower) ? ENCODINGS[lower] : undefined;
}
