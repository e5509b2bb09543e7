import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeByLoop, encodeByLoop } from "ext:jitar/base64.js";
import { BadRequest, PayloadTooLarge, ServerError, statusOf } from "ext:jitar/errors.js";
import { createSerializer, Registry } from "ext:jitar/serializer.js";
import { Buffer as JitarBuffer } from "ext:jitar/web/buffer.js";

import {
  Assigned,
  Checked,
  Child,
  classes,
  client,
  Constructed,
  Data,
  Destructured,
  Hidden,
  instance,
  Nested,
  Node,
  peer,
  Rest,
  roundTrip,
  tag,
  trusted,
  wire,
} from "./fixtures.mjs";

const shapes = [
  ["number", 42, 42],
  ["text", "42", "42"],
  ["boolean", true, true],
  ["null", null, null],
  ["empty list", [], []],
  ["nested list", ["b", 2, ["c", false], true], ["b", 2, ["c", false], true]],
  ["empty object", {}, {}],
  ["nested object", { a: { b: [1, { c: null }] } }, { a: { b: [1, { c: null }] } }],
  [
    "big integer",
    712481154548511564694316543156464654654654561n,
    tag("BigInt", { value: "712481154548511564694316543156464654654654561" }),
  ],
  ["negative big integer", -1n, tag("BigInt", { value: "-1" })],
  ["buffer", Buffer.from("hi"), tag("Buffer", { base64: "aGk=" }), JitarBuffer.from("hi")],
  ["date", new Date("2021-01-01T00:00:00.000Z"), tag("Date", { value: "2021-01-01T00:00:00.000Z" })],
  ["odd date", new Date(-8640000000000000), tag("Date", { value: "-271821-04-20T00:00:00.000Z" })],
  [
    "url",
    new URL("https://example.com?foo=bar&baz=qux#quux"),
    tag("Url", { value: "https://example.com/?foo=bar&baz=qux#quux" }),
  ],
  ["empty map", new Map(), tag("Map", { entries: { keys: [], values: [] } })],
  [
    "nested map",
    new Map([["a", new Map([[1, new Set(["x"])]])]]),
    tag("Map", {
      entries: {
        keys: ["a"],
        values: [tag("Map", { entries: { keys: [1], values: [tag("Set", { values: ["x"] })] } })],
      },
    }),
  ],
  ["set", new Set([1, "a", [2]]), tag("Set", { values: [1, "a", [2]] })],
  [
    "bytes of 16 bits",
    new Uint16Array([..."jitar"].map((c) => c.charCodeAt(0))),
    tag("TypedArray", {
      type: "Uint16Array",
      bytes: [106, 0, 105, 0, 116, 0, 97, 0, 114, 0],
    }),
  ],
  ["signed bytes", new Int8Array([-1, 2]), tag("TypedArray", { type: "Int8Array", bytes: [255, 2] })],
  ["64 bits", new BigInt64Array([-1n]), tag("TypedArray", { type: "BigInt64Array", bytes: Array(8).fill(255) })],
  ["fields only", new Data(), instance("Data", {}, { a: 1, b: true })],
  ["constructor and accessors", new Constructed(1, true), instance("Constructed", { 0: 1, 1: true }, { c: "hello" })],
  [
    "instance in an instance",
    new Nested(new Data()),
    instance("Nested", { 0: instance("Data", {}, { a: 1, b: true }) }),
  ],
  ["assigned members", new Assigned(2), instance("Assigned", { 0: 2 }, { doubled: 4 })],
  ["inherited constructor", new Child(1, 2), instance("Child", { 0: 1, 1: 2 }, { extra: 3, c: "hello" })],
  ["rest parameter", new Rest(1, 2, 3), instance("Rest", { 0: 1, 1: [2, 3] })],
  [
    "destructured parameters",
    new Destructured({ a: 1, b: 2 }, [3]),
    instance("Destructured", { 0: { a: 1, b: 2 }, 1: [3] }),
  ],
];

for (const [name, value, form, back = value] of shapes) {
  test(`shape of a ${name}`, () => {
    assert.deepEqual(wire(client.serialize(value)), form);
    assert.deepStrictEqual(client.deserialize(wire(form)), back);
    assert.deepStrictEqual(roundTrip(trusted, value), back);
    assert.deepStrictEqual(roundTrip(peer, value), back);
  });
}

test("private fields are restored through the constructor", () => {
  const restored = roundTrip(client, new Child(7, "x"));
  assert.ok(restored instanceof Child);
  assert.deepEqual([restored.a, restored.b, restored.c, restored.extra], [7, "x", "hello", 3]);
  assert.deepEqual(wire(client.serialize(new Hidden(1))), instance("Hidden", {}));
});

test("undeclared fields cross between trusted nodes only", () => {
  const value = Object.assign(new Data(), { later: [1n] });
  assert.deepEqual(roundTrip(trusted, value), value);
  assert.throws(() => roundTrip(client, value), { message: "Unknown field 'later'" });
});

test("a value that a constructor changed arrives as it was, when trusted", () => {
  const value = new Assigned(2);
  value.x = 9;
  assert.deepEqual({ ...roundTrip(trusted, value) }, { x: 9, doubled: 4 });
  const clamped = instance("Checked", { 0: -5 });
  assert.equal(client.deserialize(clamped).age, 0);
  assert.equal(typeof roundTrip(trusted, new Checked(3)).log, "function");
});

test("what survives between nodes of ours", () => {
  const holes = [1, , undefined, NaN, -0, Infinity, -Infinity];
  const back = roundTrip(peer, { holes, u: undefined, d: new Date(NaN) });
  assert.deepStrictEqual(back.holes, [1, undefined, undefined, NaN, -0, Infinity, -Infinity]);
  assert.ok("u" in back && back.u === undefined);
  assert.ok(Number.isNaN(back.d.getTime()));
  for (const value of [NaN, -0, undefined, Infinity]) {
    assert.deepStrictEqual(roundTrip(peer, value), value);
  }
  assert.deepEqual(wire(client.serialize({ u: undefined, n: NaN, z: -0 })), { n: null, z: 0 });
  assert.throws(() => client.serialize(new Date(NaN)), { message: "Invalid time value" });
  assert.deepEqual(
    wire(peer.serialize(new Uint8Array([104, 105]))),
    tag("TypedArray", { type: "Uint8Array", base64: "aGk=" }),
  );
});

test("identity and cycles survive between nodes of ours", () => {
  const shared = { s: 1 };
  const root = { shared, list: [shared, shared], map: new Map([[shared, shared]]), node: new Node(1) };
  root.self = root;
  root.node.next = root.node;
  root.error = new Error("e");
  root.error.cause = root.error;
  root.map.set("root", root);
  root.set = new Set([root.list]);
  root.when = [new Date(5)];
  root.when[1] = root.when[0];
  const back = roundTrip(peer, root);
  assert.equal(back.self, back);
  assert.ok(back.list[0] === back.shared && back.list[1] === back.shared && back.map.get(back.shared) === back.shared);
  assert.ok(back.node instanceof Node && back.node.next === back.node);
  assert.equal(back.error.cause, back.error);
  assert.equal(back.map.get("root"), back);
  assert.ok(back.set.has(back.list));
  assert.ok(back.when[0] === back.when[1] && back.when[0].getTime() === 5);
  const list = [];
  list[0] = list;
  assert.equal(roundTrip(peer, list)[0].length, 1);
  const nested = new Nested(null);
  Object.defineProperty(nested, "inner", { value: nested, enumerable: true });
  assert.throws(() => peer.serialize(nested), /own constructor/);
  const cyclic = {};
  cyclic.a = [cyclic];
  assert.throws(
    () => client.serialize(cyclic),
    (error) => error instanceof ServerError && /contains itself/.test(error.message),
  );
  assert.deepEqual(roundTrip(client, [shared, shared]), [shared, shared]);
});

test("data that looks like a tagged form stays data between nodes of ours", () => {
  const rows = [
    tag("Date", { value: "2021-01-01T00:00:00.000Z" }),
    tag("Plain", { value: { a: 1 } }),
    tag("Reference", { id: 1 }),
    tag("Shared", { id: 1, value: {} }),
    { serialized: true },
    tag("Undefined", {}),
  ];
  for (const value of rows) {
    assert.deepStrictEqual(roundTrip(peer, { value, again: value }), { value, again: value });
  }
});

const spoofs = [
  tag("Undefined", {}),
  tag("Number", { value: "NaN" }),
  tag("Reference", { id: 1 }),
  tag("Plain", { value: {} }),
  tag("Shared", { id: 1, value: [] }),
  tag("Unknown", { value: 1 }),
  tag("toString", {}),
  tag("__proto__", {}),
  tag("Date", { value: 1 }),
  tag("Url", {}),
  tag("BigInt", { value: 1 }),
  tag("RegExp", { source: 1, flags: "" }),
  tag("Buffer", { base64: [1] }),
  tag("Map", { entries: [] }),
  tag("Map", { entries: { keys: [], values: {} } }),
  tag("Set", { values: {} }),
  tag("TypedArray", { type: "Int42Array", bytes: [] }),
  tag("TypedArray", { type: "Uint8Array", bytes: {} }),
  tag("TypedArray", { type: "Function", bytes: [1] }),
  tag("TypedArray", { type: "ArrayBuffer", bytes: [1] }),
  tag("Error", { type: "CustomError", message: "" }),
  tag("Error", { type: "Function", message: "alert(1)" }),
  tag("Error", { type: "ArrayBuffer", message: "9e9" }),
  tag("Error", { type: "__proto__" }),
  tag("Error", { type: "Error", message: 5 }),
  tag("class", { key: 123, args: {}, fields: {} }),
  tag("class", { key: "test/Data", args: [], fields: {} }),
  tag("class", { key: "test/Data", args: {}, fields: [] }),
  { serialized: false, name: "Date", value: "2021" },
  { serialized: "true", name: "Date", value: "2021" },
  { name: "Date", value: "2021" },
];

test("forms with members of the wrong types are data", () => {
  for (const form of spoofs) {
    assert.deepStrictEqual(client.deserialize(wire(form)), wire(form));
  }
});

const malformed = [
  [tag("Date", { value: "hello" }), "Invalid date string 'hello'"],
  [tag("Date", { value: "NaN" }), "Invalid date string 'NaN'"],
  [tag("Url", { value: "example" }), "Invalid url string 'example'"],
  [tag("BigInt", { value: "1.3" }), "Invalid BigInt string '1.3'"],
  [tag("BigInt", { value: "x".repeat(500) }), `Invalid BigInt string '${"x".repeat(100)}...'`],
  [tag("RegExp", { source: "a", flags: "" }), "Regular expressions are accepted from trusted peers only"],
  [tag("TypedArray", { type: "Float64Array", bytes: [1] }), "byte length of Float64Array should be a multiple of 8"],
  [{ ...instance("x", {}), key: "Invalid" }, "The class 'Invalid' could not be found"],
  [{ ...instance("x", {}), key: "Infinity" }, "The class 'Infinity' could not be found"],
  [{ ...instance("x", {}), key: "fetch" }, "The class 'fetch' could not be found"],
  [{ ...instance("x", {}), key: "Date" }, "The class 'Date' could not be found"],
  [{ ...instance("x", {}), key: "__proto__" }, "The class '__proto__' could not be found"],
  [instance("Invalid", {}), "The class 'test/Invalid' is invalid"],
  [instance("Data", {}, { extra: 1 }), "Unknown field 'extra'"],
  [instance("Data", {}, { constructor: 1 }), "Unknown field 'constructor'"],
  [instance("Data", {}, { toString: 1 }), "Unknown field 'toString'"],
  [instance("Data", {}, JSON.parse('{"__proto__":{"admin":true}}')), "Unknown field '__proto__'"],
  [instance("Data", {}, { then: 1 }), "Unknown field 'then'"],
  [instance("Constructed", {}, { a: 1 }), "Unknown field 'a'"],
  [instance("Checked", { 0: 1 }, { age: -5 }), "Unknown field 'age'"],
  [instance("Checked", { 0: 1 }, { log: 5 }), "Unknown field 'log'"],
  [instance("Checked", { 0: "x" }), "Invalid instance of class 'test/Checked': age must be a number"],
  [instance("Destructured", {}), /^Invalid instance of class 'test\/Destructured': /],
];

test("malformed input is a BadRequest", () => {
  for (const [form, message] of malformed) {
    assert.throws(
      () => client.deserialize([wire(form)]),
      (error) => {
        assert.ok(error instanceof BadRequest, error.stack);
        assert.equal(statusOf(error), 400);
        if (typeof message === "string") {
          assert.equal(error.message, message);
        } else {
          assert.match(error.message, message);
        }
        return true;
      },
    );
  }
  assert.throws(() => peer.deserialize(tag("Reference", { id: 4 })), { message: "Invalid reference" });
  assert.throws(
    () => peer.deserialize(tag("Shared", { id: 4, value: instance("Node", { 0: tag("Reference", { id: 4 }) }) })),
    BadRequest,
  );
});

test("regular expressions from trusted peers", () => {
  assert.deepEqual(wire(trusted.serialize(/\w+/gi)), tag("RegExp", { source: "\\w+", flags: "gi" }));
  assert.deepEqual(roundTrip(trusted, /a\/b/gi), /a\/b/gi);
  assert.throws(() => trusted.deserialize(tag("RegExp", { source: "sel/\\", flags: "" })), {
    message: "Invalid regular expression 'sel/\\' with flags ''",
  });
  assert.throws(() => trusted.deserialize(tag("RegExp", { source: "a", flags: "true" })), BadRequest);
});

test("maps: surplus values are ignored, missing ones are undefined", () => {
  const form = (keys, values) => tag("Map", { entries: { keys, values } });
  assert.deepEqual(client.deserialize(form(["a"], [1, 2])), new Map([["a", 1]]));
  assert.deepEqual(
    client.deserialize(form(["a", "b"], [1])),
    new Map([
      ["a", 1],
      ["b", undefined],
    ]),
  );
});

test("what can not cross is a ServerError", () => {
  class Unregistered {}
  class Grandchild extends Data {}
  const rows = [
    [() => 1, "No serializer found for value of type 'function'"],
    [{ f() {} }, "No serializer found for value of type 'function'"],
    [Symbol("s"), "No serializer found for value of type 'symbol'"],
    [Promise.resolve(), "No serializer found for value of type 'object'"],
    [new WeakMap(), "No serializer found for value of type 'object'"],
    [new String("s"), "No serializer found for value of type 'object'"],
    [new Unregistered(), "The class 'Unregistered' could not be found"],
    [new Grandchild(), "The class 'Grandchild' could not be found"],
    [new Blob([]), "The class 'Blob' could not be found"],
  ];
  for (const [value, message] of rows) {
    assert.throws(
      () => client.serialize([value]),
      (error) => error instanceof ServerError && error.message === message,
    );
  }
});

test("objects without prototype and subclasses of collections", () => {
  assert.deepEqual(wire(client.serialize(Object.assign(Object.create(null), { d: new Date(0) }))), {
    d: tag("Date", { value: "1970-01-01T00:00:00.000Z" }),
  });
  class List extends Array {}
  class Dictionary extends Map {}
  assert.deepEqual(wire(client.serialize(List.of(1, 2))), [1, 2]);
  assert.equal(client.serialize(new Dictionary()).name, "Map");
  assert.deepEqual(wire(client.serialize(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }))), {
    own: 2,
  });
});

test("prototype keys are data, both ways", () => {
  const text = '{"__proto__":{"admin":true},"constructor":{"name":"x"},"then":1,"list":[{"__proto__":[]}]}';
  for (const serializer of [client, trusted, peer]) {
    const value = serializer.deserialize(JSON.parse(text));
    assert.equal(value.admin, undefined);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.ok(Object.hasOwn(value, "__proto__"));
    assert.equal(JSON.stringify(serializer.serialize(value)), text);
  }
  const proto = JSON.parse('{"__proto__":{"serialized":true,"name":"Set","values":[1]}}');
  assert.ok(Object.getOwnPropertyDescriptor(client.deserialize(proto), "__proto__").value instanceof Set);
  const pollution = JSON.parse(
    '{"serialized":true,"name":"Error","type":"Error","message":"m","fields":{"__proto__":{"x":1}}}',
  );
  assert.equal(trusted.deserialize(pollution).x, undefined);
  assert.equal({}.x, undefined);
  assert.equal({}.admin, undefined);
});

test("views send their own bytes only, and own what they get", () => {
  const pool = new Uint8Array(1000).fill(7);
  pool.set([1, 2, 3], 500);
  const view = new Uint8Array(pool.buffer, 500, 3);
  assert.deepEqual(wire(client.serialize(view)).bytes, [1, 2, 3]);
  for (const value of [view, new DataView(pool.buffer, 500, 3), Buffer.from("abc")]) {
    for (const serializer of value instanceof DataView ? [peer] : [client, peer]) {
      const back = roundTrip(serializer, value);
      assert.equal(back.byteLength, 3);
      assert.equal(back.buffer.byteLength, 3);
    }
  }
});

test("buffers and data views are known to nodes of ours only", () => {
  const { buffer } = new Uint8Array([1, 104, 105]);
  for (const [value, form] of [
    [new Uint8Array([104, 105]).buffer, tag("ArrayBuffer", { base64: "aGk=" })],
    [new DataView(buffer, 1), tag("DataView", { base64: "aGk=" })],
  ]) {
    assert.throws(() => client.serialize(value), { message: "No serializer found for value of type 'object'" });
    assert.deepEqual(client.deserialize(wire(form)), form);
    assert.deepEqual(wire(peer.serialize(value)), form);
    const back = roundTrip(peer, value);
    assert.equal(back.constructor, value.constructor);
    assert.equal(back.byteLength, 2);
  }
});

test("bytes and digits count as the known implementation counts them", () => {
  const bytes = tag("TypedArray", { type: "Uint8Array", bytes: [300, -1, "7", "x", null, true, [1], {}] });
  assert.deepEqual(client.deserialize(bytes), new Uint8Array([44, 255, 7, 0, 0, 1, 0, 0]));
  for (const [text, expected] of [["0x10", 16n], ["", 0n], [" 12 ", 12n], ["0b11", 3n]]) {
    assert.equal(client.deserialize(tag("BigInt", { value: text })), expected);
  }
});

test("declared fields may be set though the constructor takes them", () => {
  class Fault extends Error {
    code;
    constructor(message, code) {
      super(message);
      this.code = code;
    }
  }
  const registry = new Registry();
  registry.add("Fault", Fault);
  const form = { serialized: true, name: "class", key: "Fault", args: { 0: "m", 1: 3 }, fields: { code: 4 } };
  assert.equal(createSerializer({ classes: registry }).deserialize(form).code, 4);
});

test("base64", () => {
  const text = "hello, wörld";
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, idx) => (idx * 77 + length) & 255);
    assert.equal(encodeByLoop(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(decodeByLoop(encodeByLoop(bytes)), bytes);
    assert.deepEqual(decodeByLoop(Buffer.from(bytes).toString("base64url")), bytes);
  }
  const large = new Uint8Array(100_001).fill(171);
  assert.equal(encodeByLoop(large), Buffer.from(large).toString("base64"));
  assert.equal(Buffer.from(decodeByLoop(` \n$${Buffer.from(text).toString("base64")}!`)).toString(), text);
  assert.deepEqual(client.deserialize(tag("Buffer", { base64: "*a*G*k*=*" })), JitarBuffer.from("hi"));
});

test("says when only nodes of ours understand", () => {
  const shared = [1];
  for (const [value, expected] of [
    [[1, "a", null, true, 1n, { a: [] }, new Date(0), new Map(), new Data(), new Error("e"), Buffer.from("a")], false],
    [NaN, true],
    [[-0], true],
    [{ a: undefined }, true],
    [[undefined], true],
    [[shared, shared], true],
    [new Date(NaN), true],
    [new Uint8Array(2), true],
    [new ArrayBuffer(2), true],
    [tag("Date", { value: "x" }), true],
  ]) {
    assert.equal(peer.write(value).isExtended, expected, String(value));
    assert.equal(peer.writeArguments({ value: [value] }).isExtended, expected, String(value));
  }
  assert.equal(client.write([undefined, NaN]).isExtended, false);
});

test("each argument is a value of its own", () => {
  const shared = { a: 1 };
  const args = peer.deserializeArguments(wire(peer.writeArguments({ a: [shared, shared], b: shared }).forms));
  assert.equal(args.a[0], args.a[1]);
  assert.deepEqual(args.b, shared);
});

test("arguments", () => {
  const forms = peer.writeArguments({ a: new Date(0), u: undefined, "...rest": [1n], __proto__x: null }).forms;
  assert.deepEqual(Object.keys(forms), ["a", "...rest", "__proto__x"]);
  const args = peer.deserializeArguments(wire(forms));
  assert.deepEqual(args, { a: new Date(0), "...rest": [1n], __proto__x: null });
  const map = new Map([["a", wire(client.serialize(1n))]]);
  assert.deepEqual(client.deserializeArguments(map), new Map([["a", 1n]]));
  assert.deepEqual(client.deserializeArguments([wire(client.serialize(1n))]), [1n]);
});

test("instances of unknown classes pass through middleware untouched", () => {
  const middleware = createSerializer({ classes, opaque: true });
  const text =
    '{"order":{"serialized":true,"key":"other/Order","name":"class","args":{"0":{"__proto__":1}},"fields":{"when":' +
    '{"serialized":true,"name":"Date","value":"2021-01-01T00:00:00.000Z"}}},"n":[1]}';
  const args = middleware.deserializeArguments(JSON.parse(text));
  assert.deepEqual(Object.keys(args.order), []);
  assert.equal(JSON.stringify(middleware.writeArguments(args).forms), text);
  const limited = createSerializer({ opaque: true, limits: { depth: 5 } });
  const deep = { ...instance("x", {}), key: "x", args: { 0: JSON.parse("[[[[[]]]]]") } };
  assert.throws(() => limited.deserialize(deep), PayloadTooLarge);
  const shared = { ...instance("x", {}), key: "x", args: { 0: tag("Reference", { id: 1 }) } };
  assert.throws(() => createSerializer({ opaque: true, peer: true }).deserialize(shared), BadRequest);
});

test("the first class of a key wins, and a class is sent under its first key", () => {
  class A {}
  class B {}
  const registry = new Registry();
  registry.add("k", A);
  registry.add("z", A);
  registry.add("k", B);
  const serializer = createSerializer({ classes: registry });
  assert.equal(serializer.serialize(new A()).key, "k");
  assert.ok(serializer.deserialize({ ...instance("", {}), key: "k" }) instanceof A);
});
