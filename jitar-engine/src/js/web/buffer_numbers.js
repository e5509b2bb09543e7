// Numbers in a `Buffer`: `readUInt16LE`, `writeDoubleBE` and all others of that family, with their spellings.

import { Intrinsics, isInteger, typedArrayBuffer, typedArrayByteLength, typedArrayByteOffset, uncurryThis } from "ext:jitar/primordials.js";
import { outOfRange, outsideOfBuffer, wrongType } from "ext:jitar/web/node_errors.js";

const { DataView } = Intrinsics;

/** Name of the methods, name in `DataView`, bytes, and the range of what may be written. */
const FORMATS = [
  { name: "UInt8", view: "Uint8", size: 1, least: 0, most: 0xff },
  { name: "UInt16", view: "Uint16", size: 2, least: 0, most: 0xffff },
  { name: "UInt32", view: "Uint32", size: 4, least: 0, most: 0xffff_ffff },
  { name: "Int8", view: "Int8", size: 1, least: -0x80, most: 0x7f },
  { name: "Int16", view: "Int16", size: 2, least: -0x8000, most: 0x7fff },
  { name: "Int32", view: "Int32", size: 4, least: -0x8000_0000, most: 0x7fff_ffff },
  { name: "BigUInt64", view: "BigUint64", size: 8, least: 0n, most: 0xffff_ffff_ffff_ffffn },
  { name: "BigInt64", view: "BigInt64", size: 8, least: -0x8000_0000_0000_0000n, most: 0x7fff_ffff_ffff_ffffn },
  { name: "Float", view: "Float32", size: 4 },
  { name: "Double", view: "Float64", size: 8 },
];

/** Node's second spelling of unsigned names: `readUint8` for `readUInt8`. */
const SPELLINGS = [["UInt", "Uint"]];

/** Bytes of the largest number that `readUIntLE` and its family know. */
const MOST_BYTES = 6;

function viewOf(buffer) {
  return new DataView(typedArrayBuffer(buffer), typedArrayByteOffset(buffer), typedArrayByteLength(buffer));
}

function checkOffset(buffer, offset, size) {
  if (typeof offset !== "number") throw wrongType("offset", "of type number", offset);
  const most = typedArrayByteLength(buffer) - size;
  if (most < 0) throw outsideOfBuffer();
  if (!isInteger(offset)) throw outOfRange("offset", "an integer", offset);
  if (offset < 0 || offset > most) throw outOfRange("offset", `>= 0 and <= ${most}`, offset);
}

function checkValue(value, least, most) {
  if (value < least || value > most) throw outOfRange("value", `>= ${least} and <= ${most}`, value);
}

function readerOf({ view, size }, littleEndian) {
  const get = uncurryThis(DataView.prototype[`get${view}`]);
  return function (offset = 0) {
    checkOffset(this, offset, size);
    return get(viewOf(this), offset, littleEndian);
  };
}

function writerOf({ view, size, least, most }, littleEndian) {
  const set = uncurryThis(DataView.prototype[`set${view}`]);
  const convert = typeof least === "bigint" ? (value) => value : (value) => +value;
  return function (value, offset = 0) {
    const number = convert(value);
    if (typeof least === "bigint" && typeof number !== "bigint") throw wrongType("value", "of type bigint", value);
    checkOffset(this, offset, size);
    if (least !== undefined) checkValue(number, least, most);
    set(viewOf(this), offset, number, littleEndian);
    return offset + size;
  };
}

function checkByteLength(byteLength) {
  if (typeof byteLength !== "number") throw wrongType("byteLength", "of type number", byteLength);
  if (!isInteger(byteLength)) throw outOfRange("byteLength", "an integer", byteLength);
  if (byteLength < 1 || byteLength > MOST_BYTES) throw outOfRange("byteLength", `>= 1 and <= ${MOST_BYTES}`, byteLength);
}

/** Reads `byteLength` bytes; sums as numbers, because shifts know 32 bits only. */
function variableReader(signed, littleEndian) {
  return function (offset, byteLength) {
    checkByteLength(byteLength);
    checkOffset(this, offset, byteLength);
    let value = 0;
    for (let nth = 0; nth < byteLength; nth++) {
      value = value * 256 + this[littleEndian ? offset + byteLength - 1 - nth : offset + nth];
    }
    const half = 2 ** (byteLength * 8 - 1);
    return signed && value >= half ? value - half * 2 : value;
  };
}

function variableWriter(signed, littleEndian) {
  return function (value, offset, byteLength) {
    checkByteLength(byteLength);
    checkOffset(this, offset, byteLength);
    const all = 2 ** (byteLength * 8);
    checkValue(value, signed ? -all / 2 : 0, signed ? all / 2 - 1 : all - 1);
    let rest = value < 0 ? +value + all : +value;
    for (let nth = 0; nth < byteLength; nth++) {
      const byte = rest % 256;
      this[littleEndian ? offset + nth : offset + byteLength - 1 - nth] = byte;
      rest = (rest - byte) / 256;
    }
    return offset + byteLength;
  };
}

/**
 * Every method, as pairs of name and function.
 * @returns {[string, Function][]}
 */
export function numberMethods() {
  const methods = [];
  const add = (name, method) => {
    methods[methods.length] = [name, method];
    for (const [spelling, other] of SPELLINGS) {
      if (name.includes(spelling)) methods[methods.length] = [name.replace(spelling, other), method];
    }
  };
  for (const format of FORMATS) {
    for (const [ending, littleEndian] of format.size === 1 ? [["", true]] : [["LE", true], ["BE", false]]) {
      add(`read${format.name}${ending}`, readerOf(format, littleEndian));
      add(`write${format.name}${ending}`, writerOf(format, littleEndian));
    }
  }
  for (const [ending, littleEndian] of [["LE", true], ["BE", false]]) {
    for (const [name, signed] of [["UInt", false], ["Int", true]]) {
      add(`read${name}${ending}`, variableReader(signed, littleEndian));
      add(`write${name}${ending}`, variableWriter(signed, littleEndian));
    }
  }
  return methods;
}
