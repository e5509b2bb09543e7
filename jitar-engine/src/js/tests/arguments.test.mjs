import assert from "node:assert/strict";
import { test } from "node:test";

import { bind, fromJson, fromQuery, prepare, refuseInjected } from "ext:jitar/arguments.js";
import {
  BadRequest,
  InvalidParameterValue,
  MissingParameterValue,
  PayloadTooLarge,
  statusOf,
  UnknownParameter,
} from "ext:jitar/errors.js";
import { ArrayParameter, NamedParameter, ObjectParameter } from "ext:jitar/model.js";

const named = (name, isOptional = false, type = undefined) => new NamedParameter(name, isOptional, type);
const array = (variables, name, isOptional) => new ArrayParameter(variables, name, isOptional);
const object = (variables, name, isOptional) => new ObjectParameter(variables, name, isOptional);

const NAMED = [named("id"), named("name"), named("age", true)];
const ARRAY = [array([named("query"), named("sort", true)])];
const OBJECT = [object([named("query"), named("sort", true)])];
const MIXED = [named("id"), array([named("name"), named("age", true)]), object([named("query"), named("sort", true)])];
const NESTED_ARRAY = [
  array([
    named("id"),
    array([named("name"), named("age", true)], "person"),
    object([named("query"), named("sort")], "filter", true),
  ]),
];
const NESTED_OBJECT = [
  object([
    named("id"),
    array([named("name"), named("age", true)], "person"),
    object([named("query"), named("sort")], "filter", true),
  ]),
];
const REST = [named("...rest")];
const REST_ARRAY = [array([named("name"), named("...rest", true)])];
const REST_OBJECT = [object([named("name"), named("...rest", true)])];

const missing = (name) => [MissingParameterValue, `Missing value for parameter '${name}'`];
const invalid = (name) => [InvalidParameterValue, `Invalid value for parameter '${name}'`];
const unknown = (name) => [UnknownParameter, `Unknown parameter ${name}`];

/** Checks one row in every form that arguments have: a record, one without prototype, a map, and as middleware's. */
function check(parameters, args, expected, trusted = false) {
  const forms = [args, Object.assign(Object.create(null), args), new Map(Object.entries(args))];
  for (const form of forms) {
    if (typeof expected[0] === "function") {
      const [ErrorClass, message] = expected;
      assert.throws(
        () => bind(parameters, form, trusted),
        (error) => {
          assert.equal(error.constructor, ErrorClass);
          assert.equal(error.message, message);
          assert.equal(statusOf(error), 400);
          return true;
        },
      );
    } else {
      assert.deepEqual(bind(parameters, form, trusted), expected);
    }
  }
}

// The numbers are those of section 8.1; 57, 59 and 61 with our decision that rest values are spread.
const table = [
  [33, NAMED, { id: 1, name: "John Doe", age: 42 }, [1, "John Doe", 42]],
  [34, NAMED, { id: 1, name: "John Doe" }, [1, "John Doe", undefined]],
  [35, NAMED, { id: 1, age: 42 }, missing("name")],
  [36, NAMED, { id: 1, name: "John Doe", age: 42, extra: 1 }, unknown("extra")],
  [37, ARRAY, { query: "foo", sort: "bar" }, [["foo", "bar"]]],
  [38, ARRAY, { query: "foo" }, [["foo", undefined]]],
  [39, ARRAY, { sort: "bar" }, missing("query")],
  [40, ARRAY, { query: "foo", sort: "bar", extra: 1 }, unknown("extra")],
  [41, OBJECT, { query: "foo", sort: "bar" }, [{ query: "foo", sort: "bar" }]],
  [42, OBJECT, { query: "foo" }, [{ query: "foo" }]],
  [43, OBJECT, { sort: "bar" }, missing("query")],
  [44, OBJECT, { query: "foo", sort: "bar", extra: 1 }, unknown("extra")],
  [
    45,
    MIXED,
    { id: 1, name: "John Doe", age: 42, query: "foo", sort: "bar" },
    [1, ["John Doe", 42], { query: "foo", sort: "bar" }],
  ],
  [46, MIXED, { id: 1, name: "John Doe", query: "foo" }, [1, ["John Doe", undefined], { query: "foo" }]],
  [47, MIXED, { id: 1, age: 42, query: "foo", sort: "bar" }, missing("name")],
  [48, MIXED, { id: 1, name: "John Doe", age: 42, query: "foo", sort: "bar", extra: 1 }, unknown("extra")],
  [
    49,
    NESTED_ARRAY,
    { id: 1, name: "John Doe", age: 42, query: "foo", sort: "bar" },
    [[1, ["John Doe", 42], { query: "foo", sort: "bar" }]],
  ],
  [50, NESTED_ARRAY, { id: 1, name: "John Doe" }, [[1, ["John Doe", undefined], undefined]]],
  [51, NESTED_ARRAY, { id: 1, name: "John Doe", query: "foo" }, missing("sort")],
  [52, NESTED_ARRAY, { id: 1, name: "John Doe", extra: 1 }, unknown("extra")],
  [
    53,
    NESTED_OBJECT,
    { id: 1, name: "John Doe", age: 42, query: "foo", sort: "bar" },
    [{ id: 1, person: ["John Doe", 42], filter: { query: "foo", sort: "bar" } }],
  ],
  [54, NESTED_OBJECT, { id: 1, name: "John Doe" }, [{ id: 1, person: ["John Doe", undefined] }]],
  [55, NESTED_OBJECT, { id: 1, name: "John Doe", query: "foo" }, missing("sort")],
  [56, NESTED_OBJECT, { id: 1, name: "John Doe", extra: 1 }, unknown("extra")],
  [57, REST, { "...rest": ["foo", "bar"] }, ["foo", "bar"]],
  [58, REST, { "...rest": "foo" }, invalid("...rest")],
  [59, REST_ARRAY, { name: "John Doe", "...rest": ["foo", "bar"] }, [["John Doe", "foo", "bar"]]],
  [60, REST, { "...rest": { 0: "foo" } }, invalid("...rest")],
  [
    61,
    REST_OBJECT,
    { name: "John Doe", "...rest": { first: "foo", second: "bar" } },
    [{ name: "John Doe", first: "foo", second: "bar" }],
  ],
  [62, REST_OBJECT, { name: "John Doe", "...rest": "foo" }, invalid("...rest")],
  [63, NAMED, { "*id": 1, "*name": "John Doe", "*age": 42 }, [1, "John Doe", 42], true],
  [64, NAMED, { id: 1, name: "John Doe", "*additional": 1, "*ignore": 2 }, [1, "John Doe", undefined], true],
];

for (const [number, parameters, args, expected, trusted] of table) {
  test(`arguments of section 8.1, row ${number}`, () => check(parameters, args, expected, trusted));
}

const decisions = [
  ["no parameters", [], {}, []],
  ["no parameters, one given", [], { a: 1 }, unknown("a")],
  ["null and empty text are values", [named("a"), named("b")], { a: null, b: "" }, [null, ""]],
  ["undefined is absent", [named("a")], { a: undefined }, missing("a")],
  ["undefined is absent, optional", [named("a", true)], { a: undefined }, [undefined]],
  ["missing comes before unknown", NAMED, { extra: 1 }, missing("id")],
  ["the first unknown name is reported", NAMED, { id: 1, x: 1, name: 2, y: 1 }, unknown("x")],
  ["a rest parameter may be left out", [named("a"), named("...rest")], { a: 1 }, [1]],
  ["rest values are spread", [named("a"), named("...rest")], { a: 1, "...rest": [[2], 3] }, [1, [2], 3]],
  ["a rest member may be left out", REST_ARRAY, { name: 1 }, [[1]]],
  ["null is no rest object", REST_OBJECT, { name: 1, "...rest": null }, invalid("...rest")],
  ["null is no rest list", REST, { "...rest": null }, invalid("...rest")],
  ["rest can not replace named members", REST_OBJECT, { name: 1, "...rest": { name: 2, a: 3 } }, [{ name: 1, a: 3 }]],
  ["an optional pattern is left out", [object([named("a"), named("b")], undefined, true)], {}, [undefined]],
  ["an optional pattern, half given", [object([named("a"), named("b")], undefined, true)], { a: 1 }, missing("b")],
  ["a required pattern of optional members", [object([named("a", true)])], {}, [{}]],
  ["a required list of optional members", [array([named("a", true), named("b", true)])], {}, [[undefined, undefined]]],
  ["a nested required pattern of optional members", [object([object([named("a", true)], "in")])], {}, [{ in: {} }]],
  [
    "a nested value makes the outer pattern given",
    [object([named("a"), object([named("b")], "in")], "o", true)],
    { b: 1 },
    missing("a"),
  ],
  [
    "an empty rest value gives nothing",
    [array([named("a"), named("...r")], undefined, true), object([named("b"), named("...o")], undefined, true)],
    { "...r": [], "...o": {} },
    [undefined, undefined],
  ],
  [
    "a rest value alone gives the pattern",
    [object([named("b", true), named("...o")], undefined, true)],
    { "...o": { c: 1 } },
    [{ c: 1 }],
  ],
  ["a hole", [array([null, named("b")])], { b: 2 }, [[undefined, 2]]],
  ["a renamed member", [object([["from", named("to")], named("b", true)])], { to: 1 }, [{ from: 1 }]],
  ["a renamed pattern", [object([["from", object([named("x")])]])], { x: 1 }, [{ from: { x: 1 } }]],
  [
    "members called like prototype members",
    [named("toString"), named("constructor", true)],
    { toString: 1 },
    [1, undefined],
  ],
  ["an absent name that every object inherits", [named("toString")], {}, missing("toString")],
  [
    "injected values win, whatever the order",
    [named("requester")],
    { requester: "evil", "*requester": "good" },
    ["good"],
    true,
  ],
  [
    "injected values win, other order",
    [named("requester")],
    { "*requester": "good", requester: "evil" },
    ["good"],
    true,
  ],
  [
    "injected values need trust",
    [named("requester")],
    { "*requester": "evil", requester: "me" },
    unknown("*requester"),
  ],
  ["injected values do not replace missing ones", [named("requester")], { "*requester": "evil" }, missing("requester")],
  ["injected names reach top level parameters only", OBJECT, { query: 1, "*sort": 2 }, [{ query: 1 }], true],
  ["an injected rest parameter", [named("...rest")], { "*...rest": [1, 2] }, [1, 2], true],
];

for (const [name, parameters, args, expected, trusted] of decisions) {
  test(`arguments: ${name}`, () => check(parameters, args, expected, trusted));
}

test("prototype keys are data", () => {
  const args = JSON.parse('{"a":{"__proto__":{"admin":true},"constructor":1},"a2":1}');
  const [bound] = bind([named("a"), named("a2")], args);
  assert.deepEqual(Object.keys(bound), ["__proto__", "constructor"]);
  assert.equal(bound.admin, undefined);

  assert.throws(() => bind(NAMED, JSON.parse('{"id":1,"name":1,"__proto__":{"age":3}}')), {
    message: "Unknown parameter __proto__",
  });
  assert.deepEqual(bind([named("__proto__")], JSON.parse('{"__proto__":7}')), [7]);

  const [record] = bind(REST_OBJECT, JSON.parse('{"name":1,"...rest":{"__proto__":{"admin":true}}}'));
  assert.equal(Object.getPrototypeOf(record), Object.prototype);
  assert.deepEqual(Object.keys(record), ["name", "__proto__"]);
  assert.equal(record.admin, undefined);

  const [renamed] = bind([object([["__proto__", named("p")]])], { p: { admin: true } });
  assert.equal(renamed.admin, undefined);
  assert.ok(Object.hasOwn(renamed, "__proto__"));
});

test("a prepared function is reused without memory of earlier calls", () => {
  const run = prepare(NAMED);
  assert.deepEqual(run({ id: 1, name: 2, age: 3 }), [1, 2, 3]);
  assert.deepEqual(run({ id: 4, name: 5 }), [4, 5, undefined]);
  assert.throws(() => run({ id: 4 }), MissingParameterValue);
  assert.deepEqual(run({ name: 5, id: 4 }), [4, 5, undefined]);
});

test("too many rest values are refused before they overflow the stack", () => {
  assert.throws(
    () => bind(REST, { "...rest": new Array(100_000).fill(0) }),
    (error) => error instanceof PayloadTooLarge && statusOf(error) === 413,
  );
});

test("bodies", () => {
  assert.deepEqual(fromJson(""), {});
  assert.deepEqual(bind(NAMED, fromJson('{"id":1,"id":2,"name":"x"}')), [2, "x", undefined]);
  assert.deepEqual(bind([named("0"), named("1")], fromJson("[7,8]")), [7, 8]);
  assert.throws(() => bind(NAMED, fromJson("[7]")), { message: "Missing value for parameter 'id'" });
  for (const text of ["{", "1", "null", '"x"', "{'a':1}", "\u0000"]) {
    assert.throws(
      () => fromJson(text),
      (error) => error instanceof BadRequest && statusOf(error) === 400,
      text,
    );
  }
  assert.throws(() => fromJson("[".repeat(100_000)), BadRequest);
  assert.ok(Array.isArray(fromJson("[".repeat(100_000) + "]".repeat(100_000))));
});

test("injected names of clients are refused before middleware runs", () => {
  refuseInjected({ a: 1 });
  refuseInjected(["x"]);
  for (const args of [{ "*a": 1 }, { a: 1, "*": 2 }, new Map([["*a", 1]])]) {
    assert.throws(() => refuseInjected(args), UnknownParameter);
  }
});

const TYPED = [
  named("n", true, "number"),
  named("b", true, "boolean"),
  named("i", true, "bigint"),
  named("t", true),
  named("...r", true, "number"),
];
const queries = [
  ["n=1", [1, undefined, undefined, undefined]],
  ["n=-1.5e3&t=1", [-1500, undefined, undefined, "1"]],
  ["n=.5", [0.5, undefined, undefined, undefined]],
  ["n=1.", [1, undefined, undefined, undefined]],
  ["b=true", [undefined, true, undefined, undefined]],
  ["b=false&i=-123456789012345678901234567890", [undefined, false, -123456789012345678901234567890n, undefined]],
  ["i=%2B5", [undefined, undefined, 5n, undefined]],
  ["t=a&t=b", [undefined, undefined, undefined, ["a", "b"]]],
  ["t=", [undefined, undefined, undefined, ""]],
  ["...r=1", [undefined, undefined, undefined, undefined, 1]],
  ["...r=1&...r=2", [undefined, undefined, undefined, undefined, 1, 2]],
  ["n=", invalid("n")],
  ["n=x", invalid("n")],
  ["n=0x10", invalid("n")],
  ["n=%201", invalid("n")],
  ["n=NaN", invalid("n")],
  ["n=Infinity", invalid("n")],
  ["n=1e999", invalid("n")],
  ["n=1&n=2", invalid("n")],
  ["b=1", invalid("b")],
  ["b=True", invalid("b")],
  ["i=1.0", invalid("i")],
  ["i=", invalid("i")],
  ["...r=x", invalid("...r")],
  ["x=1", unknown("x")],
  ["*n=1", unknown("*n")],
  ["__proto__=1", unknown("__proto__")],
  ["toString=1", unknown("toString")],
];

for (const [query, expected] of queries) {
  test(`query ${query}`, () => {
    const run = () => bind(TYPED, fromQuery([...new URLSearchParams(query)].flat(), TYPED));
    if (typeof expected[0] === "function") {
      assert.throws(run, (error) => error.constructor === expected[0] && error.message === expected[1]);
    } else {
      assert.deepEqual(run(), expected);
    }
  });
}

test("query values of variables in patterns are converted", () => {
  const parameters = [object([["from", named("a", false, "number")], named("b")])];
  assert.deepEqual(
    bind(
      parameters,
      fromQuery(["a", "1", "b", "2"], parameters),
    ),
    [{ from: 1, b: "2" }],
  );
});
