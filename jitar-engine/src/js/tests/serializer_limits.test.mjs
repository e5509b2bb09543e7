import assert from "node:assert/strict";
import { test } from "node:test";

import { PayloadTooLarge, ServerError, statusOf } from "ext:jitar/errors.js";
import { createSerializer } from "ext:jitar/serializer.js";

import { classes, client, instance, tag } from "./fixtures.mjs";

test("limits", () => {
  const deep = (levels) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const limited = createSerializer({ classes, limits: { depth: 10, nodes: 20 } });
  assert.deepEqual(limited.deserialize(deep(10)), deep(10));
  const tooLarge = [
    [limited, deep(11)],
    [client, deep(65)],
    [client, deep(100_000)],
    [createSerializer({ limits: { depth: 1e9 } }), deep(100_000)],
    [limited, Array.from({ length: 20 }, () => [])],
    [limited, tag("Set", { values: Array.from({ length: 20 }, () => ({})) })],
    [client, tag("BigInt", { value: "9".repeat(1_000_000) })],
    [client, instance("Rest", { 0: 1, 1: new Array(100_000).fill(0) })],
  ];
  for (const [serializer, value] of tooLarge) {
    assert.throws(
      () => serializer.deserialize(value),
      (error) => error instanceof PayloadTooLarge && statusOf(error) === 413,
    );
  }
  assert.deepEqual(limited.deserialize(Array(5000).fill(1)), Array(5000).fill(1));
  const words = createSerializer({ limits: { string: 3, bigint: 2 } });
  assert.deepEqual(words.deserialize(["abc", { a: "abc" }, tag("BigInt", { value: "12" })]), ["abc", { a: "abc" }, 12n]);
  for (const value of ["abcd", ["abcd"], { a: "abcd" }, tag("Set", { values: ["abcd"] }), tag("BigInt", { value: "123" })]) {
    assert.throws(() => words.deserialize(value), PayloadTooLarge);
  }
  assert.throws(() => client.serialize(deep(100_000)), ServerError);
  assert.throws(() => client.writeArguments({ a: deep(65) }).forms, PayloadTooLarge);
  let doubled = [];
  for (let level = 0; level < 60; level++) doubled = [doubled, doubled];
  assert.throws(() => client.serialize(doubled), ServerError);
  assert.throws(() => client.writeArguments({ doubled }).forms, PayloadTooLarge);
  assert.throws(() => createSerializer({ limits: { depth: 1e9 } }).serialize(deep(100_000)), ServerError);
  assert.throws(
    () =>
      limited.deserializeArguments({
        a: [[], [], [], [], [], [], [], [], []],
        b: [[], [], [], [], [], [], [], [], [], []],
      }),
    PayloadTooLarge,
  );
});
