// Run by `tampering.test.mjs` in a process of its own: breaks every intrinsic that application code can reach, then
// does what a call needs, from text to text. Prints whether the outcome is the same.

import "./hook.mjs";

const { prepare, prepareQuery, fromJson } = await import("ext:jitar/arguments.js");
const { NotFound, statusOf } = await import("ext:jitar/errors.js");
const model = await import("ext:jitar/model.js");
const { headerPairs, Request, Response } = await import("ext:jitar/request.js");
const { decode, encode } = await import("ext:jitar/result.js");
const { createSerializer, Registry } = await import("ext:jitar/serializer.js");
const { parse, stringify } = JSON;
const write = process.stdout.write.bind(process.stdout);

class Point {
  #y;
  constructor(x, { y }, ...rest) {
    this.x = x;
    this.#y = y;
    this.rest = rest;
  }
  get y() {
    return this.#y;
  }
}

const shared = [1n];
const value = {
  point: new Point(1, { y: new Map([[1, new Set([2])]]) }, 3, 4),
  shared,
  again: shared,
  date: new Date(0),
  bytes: new Uint16Array([1, 2]),
  pattern: /a/g,
  nothing: undefined,
  error: new AggregateError([new NotFound("nf")], "all", { cause: new TypeError("t") }),
};

function scenario() {
  const { ArrayParameter, Class, Implementation, NamedParameter, ObjectParameter, Procedure, Segment, Version } = model;
  const parameters = [
    new NamedParameter("a"),
    new ObjectParameter([new NamedParameter("b"), new NamedParameter("...c")]),
    new ArrayParameter([null, new NamedParameter("d", true)], "(anonymous)", true),
    new NamedParameter("...e", true, "number"),
  ];
  const version = Version.parse("1.2");
  const segment = new Segment("s")
    .addClass(new Class("Point", Point))
    .addProcedure(new Procedure("p").addImplementation(new Implementation(version, "public", parameters, () => 1)));
  const implementation = segment.getExposedProcedures()[0].getImplementation(version);
  const bound = prepare(implementation.parameters)(fromJson('{"a":1,"b":2,"...c":{"x":[3]},"*a":9,"...e":[4]}'), true);
  const query = prepareQuery(parameters)(["a", "1", "...e", "5", "...e", "6", "b", "x"]);

  const request = new Request("p", "1.2", { a: 1 }, [
    ["X-A", "1"],
    ["x-a", "2"],
  ]);
  const response = new Response(200);
  response.appendHeader("Set-Cookie", "a");
  response.appendHeader("Set-Cookie", "b");

  const classes = new Registry();
  const point = segment.getClass("Point");
  classes.add(point.fqn, point.implementation);
  const serializer = createSerializer({ classes, trusted: true, peer: true });
  const crossed = serializer.deserialize(parse(stringify(serializer.serialize(value))));
  delete crossed.error.stack;
  const back = serializer.writeArguments({ crossed }).forms;
  const { error } = crossed;
  return stringify({
    bound,
    query,
    version: `${request.version}`,
    header: request.getHeader("X-A"),
    pairs: headerPairs(response),
    json: encode({ a: [1] }).body,
    number: decode(1, "5"),
    args: request.getArgument("a"),
    same: crossed.shared === crossed.again,
    isPoint: crossed.point instanceof Point,
    x: crossed.point.x,
    rest: crossed.point.rest,
    status: statusOf(error.errors[0]),
    message: error.message,
    cause: error.cause.message,
    names: [back.crossed.value, back.crossed.point.args[1].y.name, back.crossed.date.value, back.crossed.bytes.base64],
  });
}

const before = scenario();

const broken = () => {
  throw new Error("an application's own method was called");
};
const iterators = [[][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator]()];
const targets = [
  ...iterators.map((iterator) => Object.getPrototypeOf(iterator)),
  Array,
  Array.prototype,
  ArrayBuffer,
  ArrayBuffer.prototype,
  BigInt.prototype,
  DataView.prototype,
  Date,
  Date.prototype,
  Function.prototype,
  JSON,
  Map.prototype,
  Math,
  Number,
  Number.prototype,
  Object,
  Reflect,
  RegExp.prototype,
  Set.prototype,
  String,
  String.prototype,
  Object.getPrototypeOf(Uint8Array),
  Object.getPrototypeOf(Uint8Array.prototype),
  WeakMap.prototype,
  Uint8Array.prototype,
  DataView.prototype,
];
const keys = targets.map((target) =>
  Reflect.ownKeys(target).filter((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    const skipped = key === "constructor" || key === "prototype" || key === Symbol.hasInstance;
    return descriptor.configurable && !skipped && (typeof descriptor.value === "function" || descriptor.get);
  }),
);
const define = Object.defineProperty;
const saved = [];
targets.forEach((holder, idx) => {
  for (const key of keys[idx]) {
    saved.push({ holder, key, was: Object.getOwnPropertyDescriptor(holder, key) });
  }
});

let after;
for (let idx = 0; idx < saved.length; idx++) {
  define(saved[idx].holder, saved[idx].key, { __proto__: null, value: broken, configurable: true, writable: true });
}
try {
  after = scenario();
} catch (error) {
  after = error.stack;
}
for (let idx = saved.length - 1; idx >= 0; idx--) {
  define(saved[idx].holder, saved[idx].key, saved[idx].was);
}
write(before === after ? `same ${saved.length > 300}` : `before: ${before}\nafter: ${after}\n`);
