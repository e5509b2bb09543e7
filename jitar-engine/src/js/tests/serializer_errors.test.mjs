import assert from "node:assert/strict";
import { test } from "node:test";

import { NotFound, PayloadTooLarge, RemoteError, statusOf } from "ext:jitar/errors.js";
import { createSerializer, Registry } from "ext:jitar/serializer.js";

import { client, instance, Money, peer, roundTrip, tag, trusted, wire, Wrapped } from "./fixtures.mjs";

const errorShapes = [
  [new Error("t"), tag("Error", { type: "Error", message: "t" })],
  ...[EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Type) => [
    new Type("t"),
    tag("Error", { type: Type.name, message: "t" }),
  ]),
  [
    new AggregateError([new Error("a"), 1], "all"),
    tag("Error", {
      type: "AggregateError",
      message: "all",
      errors: [tag("Error", { type: "Error", message: "a" }), 1],
    }),
  ],
  [
    new Error("t", { cause: new TypeError("c") }),
    tag("Error", {
      type: "Error",
      message: "t",
      cause: tag("Error", { type: "TypeError", message: "c" }),
    }),
  ],
  [Object.assign(new Error("t"), { code: "E_X" }), tag("Error", { type: "Error", message: "t", code: "E_X" })],
];

test("errors", () => {
  for (const [error, form] of errorShapes) {
    assert.deepEqual(wire(client.serialize(error)), form);
    for (const serializer of [client, trusted, peer]) {
      const back = roundTrip(serializer, error);
      assert.equal(back.constructor, error.constructor);
      assert.deepEqual([back.name, back.message, back.code], [error.name, error.message, error.code]);
      assert.equal(back.cause?.message, error.cause?.message);
      assert.equal(back.cause?.constructor, error.cause?.constructor);
      assert.deepEqual(back.errors?.map(String), error.errors?.map(String));
      assert.equal(back.stack === error.stack, serializer !== client);
    }
  }
});

test("errors of Jitar and of the application", () => {
  class OrderMissing extends NotFound {
    name = "OrderMissing";
    order = 12;
  }
  class Strange extends RangeError {}
  const rows = [
    [new NotFound("nf"), NotFound, "NotFound", 404],
    [new OrderMissing("gone"), NotFound, "OrderMissing", 404],
    [new Strange("s"), RangeError, "RangeError", 500],
    [new RemoteError(503, "down"), RemoteError, "RemoteError", 503],
    [new PayloadTooLarge(), PayloadTooLarge, "PayloadTooLarge", 413],
    [new DOMException("d", "AbortError"), Error, "AbortError", 500],
  ];
  for (const [error, Type, name, status] of rows) {
    for (const serializer of [client, trusted, peer]) {
      const back = roundTrip(serializer, error);
      assert.ok(back instanceof Error);
      assert.deepEqual(
        [back.constructor, back.name, back.message, statusOf(back)],
        [Type, name, error.message, status],
      );
    }
  }
  assert.equal(roundTrip(trusted, new OrderMissing("gone")).order, 12);
  assert.equal(roundTrip(client, new OrderMissing("gone")).order, undefined);
  assert.equal("stack" in wire(client.serialize(new Error("x"))), false);
});

test("registered errors keep message, name, cause and their own members", () => {
  const money = new Money("too little", 5);
  money.cause = { deep: new Set([1]) };
  for (const serializer of [client, trusted, peer]) {
    const back = roundTrip(serializer, money);
    assert.ok(back instanceof Money);
    assert.deepEqual(
      [back.message, back.name, back.amount, back.cause],
      ["too little", "Money", 5, { deep: new Set([1]) }],
    );
    assert.equal(back.stack === money.stack, serializer !== client);
  }
  const wrapped = roundTrip(client, new Wrapped("w", { cause: 3 }));
  assert.ok(wrapped instanceof Wrapped);
  assert.deepEqual([wrapped.message, wrapped.cause], ["w", 3]);
});

test("errors of the known implementation are understood", () => {
  const text =
    '{"serialized":true,"name":"Error","type":"Error","stack":"Error: t\\n at /secret","message":"t","cause":{}}';
  assert.deepEqual(
    [client.deserialize(JSON.parse(text)).message, client.deserialize(JSON.parse(text)).cause],
    ["t", {}],
  );
  assert.doesNotMatch(client.deserialize(JSON.parse(text)).stack, /secret/);
  assert.match(trusted.deserialize(JSON.parse(text)).stack, /secret/);
  const money = client.deserialize(instance("Money", { 1: 5 }, { stack: "x", name: "Money" }));
  assert.deepEqual([money.amount, money.stack === "x"], [5, false]);
});

test("a registered error of Jitar's keeps its class and its members", () => {
  class OrderMissing extends NotFound {
    order = 1;
  }
  const registry = new Registry();
  registry.add("OrderMissing", OrderMissing);
  const serializer = createSerializer({ classes: registry });
  const back = roundTrip(serializer, Object.assign(new OrderMissing("gone"), { order: 7 }));
  assert.ok(back instanceof OrderMissing);
  assert.deepEqual([back.message, back.order, back.status, statusOf(back)], ["gone", 7, 404, 404]);
});
