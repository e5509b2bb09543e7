import assert from "node:assert/strict";
import { test } from "node:test";

import { NotFound, ServerError, statusOf } from "ext:jitar/errors.js";
import { decode, encode } from "ext:jitar/result.js";

const KINDS = ["text", "number", "boolean", "null", "undefined", "json", "bytes"];
const bytes = (...values) => Uint8Array.from(values);
const backing = bytes(1, 2, 3, 4, 5, 6, 7, 8).buffer;

class Person {
  #secret = 1;
  name = "J";
  get secret() {
    return this.#secret;
  }
}

const rows = [
  ["hi", "text", "hi"],
  ["", "text", ""],
  [42, "number", "42"],
  [NaN, "number", "NaN"],
  [-Infinity, "number", "-Infinity"],
  [1e21, "number", "1e+21"],
  [true, "boolean", "true"],
  [false, "boolean", "false"],
  [null, "null", undefined],
  [undefined, "undefined", undefined],
  [{ a: 1, u: undefined, n: null }, "json", '{"a":1,"n":null}'],
  [[undefined, NaN], "json", "[null,null]"],
  [new Date(0), "json", '"1970-01-01T00:00:00.000Z"'],
  [new Map([[1, 2]]), "json", "{}"],
  [new Set([1]), "json", "{}"],
  [/x/, "json", "{}"],
  [new URL("https://a.b/"), "json", '"https://a.b/"'],
  [new Person(), "json", '{"name":"J"}'],
  [{ toJSON: () => undefined }, "undefined", undefined],
  [bytes(1, 2), "bytes", bytes(1, 2)],
  [Buffer.from("hi"), "bytes", bytes(104, 105)],
  [new Uint16Array(backing, 2, 1), "bytes", bytes(3, 4)],
  [new DataView(backing, 6), "bytes", bytes(7, 8)],
  [backing, "bytes", bytes(1, 2, 3, 4, 5, 6, 7, 8)],
  [new Error("broken"), "text", "broken"],
  [new NotFound("nf"), "text", "nf"],
];

test("results are encoded as section 4.3 says", () => {
  for (const [value, kind, body] of rows) {
    const encoded = encode(value);
    assert.equal(KINDS[encoded.kind], kind);
    assert.deepEqual(encoded.body, body);
  }
});

test("bytes are not copied", () => {
  assert.equal(encode(new Uint8Array(backing, 1, 2)).body.buffer, backing);
});

const cyclic = { a: {} };
cyclic.a.b = cyclic;
const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
const refused = [
  [1n, /type 'bigint'/],
  [Symbol("s"), /type 'symbol'/],
  [() => 1, /type 'function'/],
  [{ a: 1n }, /BigInt/],
  [cyclic, /circular/],
  [deep, /stack/],
  [
    {
      toJSON() {
        throw new Error("no");
      },
    },
    /as JSON: no$/,
  ],
  [
    {
      toJSON() {
        throw "text";
      },
    },
    /as JSON: text$/,
  ],
];

test("what has no form is a ServerError with one clear line", () => {
  for (const [value, message] of refused) {
    assert.throws(
      () => encode(value),
      (error) => {
        assert.ok(error instanceof ServerError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  }
});

test("an application's own refusal keeps its status", () => {
  const value = {
    toJSON() {
      throw new NotFound("gone");
    },
  };
  assert.throws(
    () => encode(value),
    (error) => statusOf(error) === 404,
  );
});

test("replies are decoded", () => {
  const replies = [
    [0, "x", "x"],
    [0, undefined, ""],
    [1, "4.5", 4.5],
    [1, "NaN", NaN],
    [2, "true", true],
    [2, "false", false],
    [3, "", null],
    [4, "", undefined],
    [5, '{"a":[1]}', { a: [1] }],
    [6, bytes(1), bytes(1)],
    [6, undefined, bytes()],
  ];
  for (const [kind, body, expected] of replies) {
    assert.deepEqual(decode(kind, body), expected);
  }
  assert.throws(() => decode(5, "{"), ServerError);
  assert.throws(() => decode(7, ""), ServerError);
});
