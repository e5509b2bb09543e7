// Each row is run with Node's `Buffer` and with ours; what comes out must be the same.

import assert from "node:assert/strict";
import { Buffer as NodeBuffer, isAscii as nodeIsAscii, isUtf8 as nodeIsUtf8 } from "node:buffer";
import { test } from "node:test";

import { Buffer as OurBuffer, isAscii, isUtf8 } from "ext:jitar/web/buffer.js";

const TEXTS = ["", "abc", "grüße", "€uro", "😀x", "\ud800x", "\ufeffbom", "a\0b", "YWJj", "-_-_", "6162zz", "6", "a b\nc="];
const ENCODINGS = ["utf8", "UTF-8", "utf16le", "ucs2", "latin1", "binary", "ascii", "hex", "base64", "base64url", undefined];
const ODD_BYTES = [[], [255], [0xe2, 0x82], [0xc3, 0x28, 0x41], [0xf0, 0x9f, 0x98, 0x80], [1, 128, 200, 250, 7], [0xef, 0xbb, 0xbf, 65]];
const NUMBERS = [
  ...["UInt8", "Int8", "Uint8"].map((name) => [name, 1]),
  ...["UInt16", "Int16", "UInt32", "Int32", "Uint16", "Float", "Double"].flatMap((name) => [[`${name}LE`, 8], [`${name}BE`, 8]]),
];

const rows = [
  ...TEXTS.flatMap((text) => ENCODINGS.flatMap((encoding) => [
    [`from ${JSON.stringify(text)} ${encoding}`, (B) => B.from(text, encoding)],
    [`byteLength ${JSON.stringify(text)} ${encoding}`, (B) => (/base64|hex/.test(encoding) ? 0 : B.byteLength(text, encoding))],
    [`write ${JSON.stringify(text)} ${encoding}`, (B) => { const b = B.alloc(5, 9); return [b.write(text, 1, encoding), b]; }],
    [`write at most 2 ${JSON.stringify(text)} ${encoding}`, (B) => { const b = B.alloc(5, 9); return [b.write(text, 1, 2, encoding), b]; }],
  ])),
  ...ODD_BYTES.flatMap((bytes) => ENCODINGS.map((encoding) => [`${bytes} to ${encoding}`, (B) => B.from(bytes).toString(encoding)])),
  ...NUMBERS.flatMap(([name]) => [0, 1, 127, 128, 255, 256, 40_000, 70_000, -1, -129, -40_000, 1.5, NaN, 4e9, 5e9, "7"].flatMap((value) => [
    [`write${name}(${value})`, (B) => { const b = B.alloc(10); return [b[`write${name}`](value, 1), b]; }],
    [`read${name} after ${value}`, (B) => { const b = B.alloc(10); b.writeDoubleLE(+value, 1); return b[`read${name}`](1); }],
  ])),
  ...["UInt", "Int"].flatMap((name) => ["LE", "BE"].flatMap((order) => [1, 2, 3, 4, 5, 6, 7].flatMap((size) => [0, 5, -3, 200, 2 ** 39 + 3, -(2 ** 30)].map((value) => [
    `write${name}${order}(${value}, 1, ${size})`,
    (B) => { const b = B.alloc(9); b[`write${name}${order}`](value, 1, size); return [b, b[`read${name}${order}`](1, size)]; },
  ])))),
  ...["BigInt64", "BigUInt64"].flatMap((name) => ["LE", "BE"].flatMap((order) => [0n, -5n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n].map((value) => [
    `write${name}${order}(${value})`,
    (B) => { const b = B.alloc(9); b[`write${name}${order}`](value, 1); return [b, b[`read${name}${order}`](1)]; },
  ]))),
  ["from list", (B) => B.from([1, 256, -1, 1.9, "3"])],
  ["from array-like", (B) => B.from({ length: 2, 0: 7, 1: 8 })],
  ["from typed array", (B) => B.from(new Uint16Array([1, 700]))],
  ["from ArrayBuffer shares", (B) => { const a = new ArrayBuffer(4); const b = B.from(a, 1, 2); new Uint8Array(a)[1] = 5; return b; }],
  ["from JSON form", (B) => B.from(JSON.parse(JSON.stringify(B.from("hi"))))],
  ["from String object", (B) => B.from(new String("hi"))],
  ["from toPrimitive", (B) => B.from({ [Symbol.toPrimitive]: () => "6869" }, "hex")],
  ["from number", (B) => B.from(5)],
  ["from null", (B) => B.from(null)],
  ["from undefined", (B) => B.from()],
  ["from unknown encoding", (B) => B.from("x", "nonsense")],
  ["from copies", (B) => { const a = B.from("ab"); const b = B.from(a); a[0] = 0; return b; }],
  ["alloc fill", (B) => [B.alloc(5, "ab"), B.alloc(3, 7), B.alloc(4, "6162", "hex"), B.alloc(3, B.from([1, 2]))]],
  ["alloc negative", (B) => B.alloc(-1)],
  ["alloc text", (B) => B.alloc("5")],
  ["allocUnsafe length", (B) => B.allocUnsafe(3).length],
  ["concat", (B) => [B.concat([B.from("a"), new Uint8Array([98])]), B.concat([B.from("abc")], 2), B.concat([B.from("a")], 3), B.concat([])]],
  ["concat wrong", (B) => B.concat(["x"])],
  ["compare", (B) => [B.compare(B.from("a"), B.from("b")), B.from("b").compare(B.from("a")), B.from("ab").compare(B.from("b"), 0, 1, 1), B.from("a").compare(B.from("ab"))]],
  ["compare wrong", (B) => B.compare("a", B.from("b"))],
  ["equals", (B) => [B.from("a").equals(B.from("a")), B.from("a").equals(new Uint8Array([97])), B.from("a").equals(B.from("ab"))]],
  ["equals wrong", (B) => B.from("a").equals("a")],
  ["slices share", (B) => { const a = B.from("abcdef"); const b = a.slice(-4, -1); const c = a.subarray(1, 3); a[2] = 90; return [b, c, a.slice(4, 2), a.subarray(), a.slice("2")]; }],
  ["copy", (B) => { const a = B.alloc(5); const n = B.from("hello").copy(a, 2, 1, 4); return [n, a, B.from("hello").copy(a, 4), B.from("x").copy(a, 9)]; }],
  ["copy wrong", (B) => B.from("x").copy(B.alloc(1), 0, 5)],
  ["fill", (B) => [B.alloc(6).fill("abc", 1, 5), B.alloc(3).fill(257), B.alloc(4).fill("YQ==", "base64"), B.alloc(3, 1).fill("")]],
  ["fill beyond", (B) => B.alloc(3).fill(1, 0, 9)],
  ["indexOf", (B) => { const b = B.from("this is a buffer is"); return ["is", "is", "zz", 97, B.from("buffer"), ""].map((v, i) => b.indexOf(v, i === 1 ? 3 : undefined)).concat(b.indexOf("is", -3), b.indexOf("6973", "hex"), b.indexOf("", 99)); }],
  ["lastIndexOf", (B) => { const b = B.from("this is a buffer is"); return [b.lastIndexOf("is"), b.lastIndexOf("is", 10), b.lastIndexOf("is", -3), b.lastIndexOf("zz"), b.lastIndexOf("is", NaN), b.lastIndexOf(116, 0)]; }],
  ["includes", (B) => [B.from("abc").includes("b"), B.from("abc").includes("a", 1), B.from("abc").includes(99)]],
  ["indexOf wrong", (B) => B.from("abc").indexOf({})],
  ["swap", (B) => [B.from([1, 2, 3, 4]).swap16(), B.from([1, 2, 3, 4]).swap32(), B.from([1, 2, 3, 4, 5, 6, 7, 8]).swap64()]],
  ["swap wrong", (B) => B.from([1, 2, 3]).swap16()],
  ["toString ranges", (B) => [B.from("hello").toString("utf8", 1, 3), B.from("hello").toString("utf8", -2, 99), B.from("hello").toString("utf8", 3, 1), B.from("hello").toString(undefined, 2)]],
  ["toString unknown", (B) => B.from("x").toString("nonsense")],
  ["toJSON", (B) => JSON.stringify({ b: B.from([1, 2]) })],
  ["is", (B) => [B.isBuffer(B.from("")), B.isBuffer(new Uint8Array()), B.from("") instanceof Uint8Array, B.isEncoding("UTF8"), B.isEncoding("nope"), B.isEncoding(7)]],
  ["read beyond", (B) => B.alloc(3).readUInt32LE(0)],
  ["read at fraction", (B) => B.alloc(9).readUInt32LE(0.5)],
  ["read at text", (B) => B.alloc(9).readUInt8("0")],
  ["read outside", (B) => B.alloc(9).readUInt16BE(8)],
  ["methods of arrays", (B) => [B.from([3, 1]).map((x) => x * 2), B.from([1, 2]).filter((x) => x > 1), [...B.from("ab")], B.from("abc").reverse(), B.of(1, 2)]],
  ["types of derived", (B) => [B.from("a").map((x) => x) instanceof B, B.from("a").slice() instanceof B, B.of(1) instanceof B]],
  ["name", (B) => [B.name, B.from("").constructor === B]],
  ["old slices", (B) => [B.from("ab").hexSlice(), B.from("ab").utf8Slice(1)]],
];

function outcome(B, run) {
  try {
    return plain(run(B));
  } catch (error) {
    return { name: error.name, code: error.code };
  }
}

function plain(value) {
  if (ArrayBuffer.isView(value)) return { bytes: [...value] };
  return Array.isArray(value) ? value.map(plain) : value;
}

test("Buffer does what Node's does", () => {
  for (const [name, run] of rows) {
    assert.deepEqual(outcome(OurBuffer, run), outcome(NodeBuffer, run), name);
  }
});

test("isUtf8 and isAscii do what Node's do", () => {
  for (const bytes of ODD_BYTES) {
    const input = Uint8Array.from(bytes);
    assert.equal(isUtf8(input), nodeIsUtf8(input), `isUtf8 ${bytes}`);
    assert.equal(isAscii(input), nodeIsAscii(input), `isAscii ${bytes}`);
  }
});
