// The `Buffer` that applications of the implementation for Node use: a `Uint8Array` with Node's conversions, comparisons and
// number methods. What Node deprecated is left out (`new Buffer(5)` works as for every typed array, `Buffer()` without
// `new` does not); there is no pool, so each buffer has bytes of its own.

import {
  bufferByteLength,
  bytesOfView,
  getPrototypeOf,
  Intrinsics,
  isArray,
  isInteger,
  isView,
  min,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  typedArraySet,
  uncurryThis,
} from "ext:jitar/primordials.js";
import { numberMethods } from "ext:jitar/web/buffer_numbers.js";
import { search } from "ext:jitar/web/buffer_search.js";
import { findEncoding, view } from "ext:jitar/web/encodings.js";
import { outOfRange, outsideOfBuffer, unknownEncoding, wrongSize, wrongType } from "ext:jitar/web/node_errors.js";

const { Object, Uint8Array } = Intrinsics;
const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
const fillWith = uncurryThis(typedArrayPrototype.fill);
const { toPrimitive } = Symbol;

/** The longest buffer that V8 makes, and the longest string. */
export const constants = { __proto__: null, MAX_LENGTH: 2 ** 53 - 1, MAX_STRING_LENGTH: 2 ** 29 - 24 };

export class Buffer extends Uint8Array {
  constructor(value, encodingOrOffset, length) {
    if (typeof value === "string") {
      const bytes = bytesOfText(value, encodingOrOffset);
      super(typedArrayBuffer(bytes), typedArrayByteOffset(bytes), typedArrayByteLength(bytes));
    } else {
      super(value, encodingOrOffset, length);
    }
  }

  static from(value, encodingOrOffset, length) {
    if (typeof value === "string") return wrap(bytesOfText(value, encodingOrOffset));
    if (typeof value === "object" && value !== null) {
      if (isArrayBuffer(value)) return new Buffer(value, encodingOrOffset, length);
      const primitive = value.valueOf?.();
      if (primitive !== value && primitive !== undefined && primitive !== null) {
        return Buffer.from(primitive, encodingOrOffset, length);
      }
      if (typeof value.length === "number" || isView(value)) return wrap(bytesOfList(value));
      if (value.type === "Buffer" && isArray(value.data)) return wrap(bytesOfList(value.data));
      if (typeof value[toPrimitive] === "function") return Buffer.from(value[toPrimitive]("string"), encodingOrOffset);
    }
    throw wrongType("first", "of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object", value);
  }

  static of(...items) {
    return wrap(bytesOfList(items));
  }

  static alloc(size, fill, encoding) {
    checkSize(size);
    const buffer = new Buffer(size);
    return fill === undefined || size === 0 ? buffer : buffer.fill(fill, encoding);
  }

  static allocUnsafe(size) {
    checkSize(size);
    return new Buffer(size);
  }

  static allocUnsafeSlow(size) {
    return Buffer.allocUnsafe(size);
  }

  static byteLength(value, encoding) {
    if (typeof value === "string") return typedArrayByteLength((findEncoding(encoding) ?? findEncoding()).decode(value));
    if (isView(value)) return typedArrayByteLength(bytesOfView(value));
    if (isArrayBuffer(value)) return bufferByteLength(value);
    throw wrongType("string", "of type string or an instance of Buffer or ArrayBuffer", value);
  }

  static compare(left, right) {
    if (!isBytes(left)) throw wrongType("buf1", "an instance of Buffer or Uint8Array", left);
    if (!isBytes(right)) throw wrongType("buf2", "an instance of Buffer or Uint8Array", right);
    return order(left, right);
  }

  static concat(list, totalLength) {
    if (!isArray(list)) throw wrongType("list", "an instance of Array", list);
    let length = totalLength;
    for (let idx = 0; idx < list.length; idx++) {
      if (!isBytes(list[idx])) throw wrongType(`list[${idx}]`, "an instance of Buffer or Uint8Array", list[idx]);
      if (totalLength === undefined) length = (length ?? 0) + typedArrayByteLength(list[idx]);
    }
    const joined = Buffer.alloc(length ?? 0);
    for (let idx = 0, at = 0; idx < list.length && at < joined.length; idx++) {
      const part = view(list[idx], 0, min(typedArrayByteLength(list[idx]), joined.length - at));
      typedArraySet(joined, part, at);
      at += typedArrayByteLength(part);
    }
    return joined;
  }

  static copyBytesFrom(source, offset = 0, length = source.length - offset) {
    if (typedArrayName(source) === undefined) throw wrongType("view", "an instance of TypedArray", source);
    return wrap(bytesOfList(bytesOfView(source.subarray(offset, offset + length))));
  }

  static isBuffer(value) {
    return value instanceof Buffer;
  }

  static isEncoding(name) {
    return typeof name === "string" && name !== "" && findEncoding(name) !== undefined;
  }

  get parent() {
    return typedArrayBuffer(this);
  }

  get offset() {
    return typedArrayByteOffset(this);
  }

  toString(encoding, start, end) {
    const from = clamp(start, this.length, 0);
    const to = clamp(end, this.length, this.length);
    return from >= to ? "" : encodingOf(encoding).encode(view(this, from, to));
  }

  toLocaleString(encoding, start, end) {
    return this.toString(encoding, start, end);
  }

  toJSON() {
    const data = [];
    for (let idx = 0; idx < this.length; idx++) data[idx] = this[idx];
    return { type: "Buffer", data };
  }

  equals(other) {
    if (!isBytes(other)) throw wrongType("otherBuffer", "an instance of Buffer or Uint8Array", other);
    return this.length === typedArrayByteLength(other) && order(this, other) === 0;
  }

  compare(target, targetStart = 0, targetEnd = target?.length, start = 0, end = this.length) {
    if (!isBytes(target)) throw wrongType("target", "an instance of Buffer or Uint8Array", target);
    checkRange("targetStart", targetStart, Infinity);
    checkRange("targetEnd", targetEnd, typedArrayByteLength(target));
    checkRange("sourceStart", start, Infinity);
    checkRange("sourceEnd", end, this.length);
    if (start >= end) return targetStart >= targetEnd ? 0 : -1;
    if (targetStart >= targetEnd) return 1;
    return order(view(this, start, end), view(target, targetStart, targetEnd));
  }

  copy(target, targetStart, start, end) {
    if (!isView(target)) throw wrongType("target", "an instance of Buffer or Uint8Array", target);
    const to = bytesOfView(target);
    const at = wholeNumber(targetStart, 0);
    const from = wholeNumber(start, 0);
    if (at < 0) throw outOfRange("targetStart", ">= 0", at);
    if (from < 0 || from > this.length) throw outOfRange("sourceStart", `>= 0 && <= ${this.length}`, from);
    const last = wholeNumber(end, this.length);
    if (last < 0) throw outOfRange("sourceEnd", ">= 0", last);
    const count = min(min(last, this.length) - from, typedArrayByteLength(to) - at);
    if (count <= 0) return 0;
    typedArraySet(to, view(this, from, from + count), at);
    return count;
  }

  /** Shares its bytes with this buffer, unlike `Uint8Array.prototype.slice`. */
  slice(start, end) {
    return this.subarray(start, end);
  }

  subarray(start, end) {
    const from = relative(start, this.length, 0);
    const to = relative(end, this.length, this.length);
    const length = to > from ? to - from : 0;
    return new Buffer(typedArrayBuffer(this), typedArrayByteOffset(this) + from, length);
  }

  write(text, offset, length, encoding) {
    if (typeof text !== "string") throw wrongType("string", "of type string", text);
    if (typeof offset === "string") return this.write(text, 0, this.length, offset);
    if (typeof length === "string") return this.write(text, offset, undefined, length);
    const at = wholeNumber(offset, 0);
    if (at < 0 || at > this.length) throw outOfRange("offset", `>= 0 && <= ${this.length}`, at);
    const room = min(wholeNumber(length, this.length - at), this.length - at);
    if (room < 0) throw outOfRange("length", `>= 0 && <= ${this.length}`, length);
    const encoded = encodingOf(encoding);
    const bytes = encoded.decode(text);
    const count = wholeCharacters(encoded.name, bytes, room);
    typedArraySet(this, view(bytes, 0, count), at);
    return count;
  }

  fill(value, offset, end, encoding) {
    if (typeof offset === "string") return this.fill(value, 0, this.length, offset);
    if (typeof end === "string") return this.fill(value, offset, this.length, end);
    const from = wholeNumber(offset, 0);
    const to = wholeNumber(end, this.length);
    if (from < 0 || from > this.length) throw outOfRange("offset", `>= 0 && <= ${this.length}`, from);
    if (to < 0 || to > this.length) throw outOfRange("end", `>= 0 && <= ${this.length}`, to);
    if (from >= to) return this;
    const pattern = typeof value === "string" ? bytesOfText(value, encoding) : isView(value) ? bytesOfView(value) : undefined;
    if (pattern === undefined) {
      fillWith(this, value & 255, from, to);
      return this;
    }
    const length = typedArrayByteLength(pattern);
    if (length === 0) {
      if (value !== "") throw outsideOfBuffer();
      fillWith(this, 0, from, to);
      return this;
    }
    for (let at = from; at < to; at++) this[at] = pattern[(at - from) % length];
    return this;
  }

  indexOf(value, offset, encoding) {
    return search(this, value, offset, encoding, 1, needle);
  }

  lastIndexOf(value, offset, encoding) {
    return search(this, value, offset, encoding, -1, needle);
  }

  includes(value, offset, encoding) {
    return this.indexOf(value, offset, encoding) !== -1;
  }

  swap16() {
    return swap(this, 2);
  }

  swap32() {
    return swap(this, 4);
  }

  swap64() {
    return swap(this, 8);
  }
}

Buffer.poolSize = 0;
for (const [name, value] of [
  ...numberMethods(),
  ["asciiSlice", textOf("ascii")],
  ["base64Slice", textOf("base64")],
  ["hexSlice", textOf("hex")],
  ["latin1Slice", textOf("latin1")],
  ["utf8Slice", textOf("utf8")],
]) {
  Object.defineProperty(Buffer.prototype, name, { __proto__: null, value, writable: true, configurable: true });
}

/** What `node:buffer` exports under its old name. */
export function SlowBuffer(length) {
  return Buffer.allocUnsafeSlow(length);
}

/** Whether bytes are well-formed UTF-8. */
export function isUtf8(input) {
  const bytes = bytesOfInput(input);
  const { decode, encode } = findEncoding("utf8");
  const again = decode(encode(bytes));
  return typedArrayByteLength(again) === typedArrayByteLength(bytes) && order(again, bytes) === 0;
}

/** Whether bytes are ASCII. */
export function isAscii(input) {
  const bytes = bytesOfInput(input);
  for (let idx = 0; idx < typedArrayByteLength(bytes); idx++) if (bytes[idx] > 127) return false;
  return true;
}

function bytesOfInput(input) {
  if (isView(input)) return bytesOfView(input);
  if (isArrayBuffer(input)) return new Uint8Array(input);
  throw wrongType("input", "an instance of ArrayBuffer, Buffer, or TypedArray", input);
}

function textOf(encoding) {
  return function (start, end) {
    return this.toString(encoding, start, end);
  };
}

/** A buffer over bytes, without copying. */
function wrap(bytes) {
  return new Buffer(typedArrayBuffer(bytes), typedArrayByteOffset(bytes), typedArrayByteLength(bytes));
}

function isBytes(value) {
  return typedArrayName(value) === "Uint8Array";
}

function isArrayBuffer(value) {
  try {
    return bufferByteLength(value) >= 0;
  } catch {
    return typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;
  }
}

function encodingOf(name) {
  const encoding = findEncoding(name);
  if (encoding === undefined) throw unknownEncoding(name);
  return encoding;
}

function bytesOfText(text, encoding) {
  return encodingOf(encoding).decode(text);
}

/** A copy of what is like a list of numbers; each is taken modulo 256. */
function bytesOfList(list) {
  const length = wholeNumber(list.length, 0);
  const bytes = new Uint8Array(length > 0 ? length : 0);
  if (isBytes(list)) typedArraySet(bytes, list);
  else for (let idx = 0; idx < length; idx++) bytes[idx] = list[idx];
  return bytes;
}

function checkSize(size) {
  if (typeof size !== "number") throw wrongType("size", "of type number", size);
  if (!(size >= 0 && size <= constants.MAX_LENGTH)) throw outOfRange("size", `>= 0 && <= ${constants.MAX_LENGTH}`, size);
}

function checkRange(name, value, most) {
  if (typeof value !== "number") throw wrongType(name, "of type number", value);
  if (!isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < 0 || value > most) throw outOfRange(name, `>= 0 && <= ${most}`, value);
}

function order(left, right) {
  const leftLength = typedArrayByteLength(left);
  const rightLength = typedArrayByteLength(right);
  const shared = min(leftLength, rightLength);
  for (let idx = 0; idx < shared; idx++) {
    if (left[idx] !== right[idx]) return left[idx] < right[idx] ? -1 : 1;
  }
  return leftLength === rightLength ? 0 : leftLength < rightLength ? -1 : 1;
}

/** A number without its fraction; `absent` for what is none. */
function wholeNumber(value, absent) {
  const number = value === undefined ? absent : +value;
  return number === number ? number - (number % 1) : 0;
}

function clamp(value, most, absent) {
  const number = wholeNumber(value, absent);
  return number < 0 ? 0 : min(number, most);
}

/** A position that counts from the end when it is negative. */
function relative(value, length, absent) {
  const number = wholeNumber(value, absent);
  if (number < 0) return number + length > 0 ? number + length : 0;
  return min(number, length);
}

/** How many of the bytes fit into `room` without cutting a character into pieces. */
function wholeCharacters(encoding, bytes, room) {
  const length = typedArrayByteLength(bytes);
  if (length <= room) return length;
  if (encoding === "utf16le") return room - (room % 2);
  if (encoding !== "utf8") return room;
  let count = room;
  while (count > 0 && (bytes[count] & 0xc0) === 0x80) count -= 1;
  return count;
}

/** What `indexOf` looks for. */
function needle(value, encoding) {
  if (typeof value === "number") return bytesOfList([value]);
  if (typeof value === "string") return bytesOfText(value, encoding);
  if (isBytes(value)) return value;
  throw wrongType("value", "one of type number or string or an instance of Buffer or Uint8Array", value);
}

function swap(buffer, size) {
  if (buffer.length % size !== 0) throw wrongSize(size * 8);
  for (let at = 0; at < buffer.length; at += size) {
    for (let nth = 0; nth < size / 2; nth++) {
      const other = at + size - 1 - nth;
      const byte = buffer[at + nth];
      buffer[at + nth] = buffer[other];
      buffer[other] = byte;
    }
  }
  return buffer;
}
