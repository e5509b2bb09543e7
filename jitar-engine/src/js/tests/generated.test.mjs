// Properties of the serialised encoding, over values and texts from a seeded generator. A longer run, with another seed:
// `JITAR_SEED=7 JITAR_SECONDS=900 node jitar-engine/src/js/tests/run.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BadRequest, PayloadTooLarge, ServerError } from "ext:jitar/errors.js";
import { createSerializer, Registry } from "ext:jitar/serializer.js";
import { Buffer as JitarBuffer } from "ext:jitar/web/buffer.js";

class Pair {
  left;
  right;
  constructor(left, right) {
    this.left = left;
    this.right = right;
  }
}
class Hidden {
  #value;
  extra = 1;
  constructor(value) {
    this.#value = value;
  }
  get value() {
    return this.#value;
  }
}
class Fault extends Error {
  code = 0;
}

const classes = new Registry();
for (const clazz of [Pair, Hidden, Fault]) classes.add(`test/${clazz.name}`, clazz);

const peer = createSerializer({ classes, trusted: true, peer: true });
const trusted = createSerializer({ classes, trusted: true });
const client = createSerializer({ classes });
const wire = (form) => (form === undefined ? undefined : JSON.parse(JSON.stringify(form)));

const SEED = Number(process.env.JITAR_SEED ?? 1);
const SECONDS = Number(process.env.JITAR_SECONDS ?? 1);
const ROUNDS = 400;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = ["a", "b", "__proto__", "constructor", "then", "toJSON", "serialized", "name", "value", "length", "", "é"];
const TAGS = ["Date", "Map", "Set", "Url", "BigInt", "RegExp", "Error", "TypedArray", "Buffer", "class", "Undefined", "Number",
  "Plain", "Shared", "Reference", "ArrayBuffer", "DataView", "Unknown"];
const TEXTS = ["", "x", "NaN", "2020-01-01T00:00:00.000Z", "http://a.b/", "12", "a+", "gi", "Error", "Uint8Array", "aGk=",
  "test/Pair", "test/Fault", "constructor", "\ud800", "\u0000"];

class Maker {
  #random;
  #made = [];

  constructor(random) {
    this.#random = random;
  }

  pick(list) {
    return list[Math.floor(this.#random() * list.length)];
  }

  count(most) {
    return Math.floor(this.#random() * (most + 1));
  }

  /** Any value that crosses between nodes of ours. */
  value(depth = 0) {
    const leaf = depth > 4 || this.#random() < 0.4;
    return leaf ? this.#leaf() : this.#keep(this.#branch(depth));
  }

  #keep(value) {
    this.#made.push(value);
    return value;
  }

  #leaf() {
    switch (this.count(13)) {
      case 0: return undefined;
      case 1: return null;
      case 2: return this.#random() < 0.5;
      case 3: return this.pick([NaN, Infinity, -Infinity, -0, 0, 1.5, 1e300]);
      case 4: return BigInt(this.count(1e9)) ** 3n;
      case 5: return new Date(this.pick([0, 1e12, NaN]));
      case 6: return /a+/giu;
      case 7: return new URL("http://example.org/?a=1");
      case 8: return new Uint16Array([1, 2, this.count(65535)]).subarray(this.count(2));
      case 9: return JitarBuffer.from("bytes");
      case 10: return new Uint8Array([1, 2]).buffer;
      // The same thing again: identity must survive.
      case 11: return this.#made.length === 0 ? "none" : this.pick(this.#made);
      default: return this.pick(TEXTS);
    }
  }

  #branch(depth) {
    const inner = () => this.value(depth + 1);
    const several = (make) => Array.from({ length: this.count(3) }, make);
    switch (this.count(7)) {
      case 0: return several(inner);
      case 1: return new Map(several(() => [inner(), inner()]));
      case 2: return new Set(several(inner));
      case 3: return new Pair(inner(), inner());
      case 4: return new Hidden(inner());
      case 5: return Object.assign(new Fault(this.pick(TEXTS), { cause: inner() }), { code: this.count(9) });
      case 6: return new AggregateError(several(inner), "several");
      default: return Object.fromEntries(several(() => [this.pick(NAMES), inner()]));
    }
  }

  /** Any JSON, with members that look like forms. */
  json(depth = 0) {
    if (depth > 5 || this.#random() < 0.3) return this.pick([null, true, 0, -1, 1e308, ...TEXTS]);
    const inner = () => this.json(depth + 1);
    const several = (make) => Array.from({ length: this.count(4) }, make);
    if (this.#random() < 0.3) return several(inner);
    const record = Object.fromEntries(several(() => [this.pick(NAMES), inner()]));
    if (this.#random() < 0.3) return record;
    const members = ["value", "type", "message", "bytes", "base64", "source", "flags", "key", "args", "fields", "entries",
      "values", "cause", "errors", "id", "stack", "code", "error"];
    const tagged = { serialized: true, name: this.pick(TAGS) };
    for (let n = this.count(5); n > 0; n--) tagged[this.pick(members)] = inner();
    if (tagged.name === "Map" && this.#random() < 0.5) tagged.entries = { keys: several(inner), values: several(inner) };
    return { ...record, ...tagged };
  }
}

/** What a value is, with what is shared in it. */
function show(value, seen = new Map()) {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return typeof value === "string" ? JSON.stringify(value) : String(value);
  if (seen.has(value)) return `#${seen.get(value)}`;
  seen.set(value, seen.size);
  const inner = (item) => show(item, seen);
  const label = `${value.constructor?.name}${seen.get(value)}`;
  if (value instanceof Date) return `${label}(${value.getTime()})`;
  if (value instanceof RegExp || value instanceof URL) return `${label}(${value})`;
  if (value instanceof ArrayBuffer) return `${label}(${new Uint8Array(value)})`;
  if (ArrayBuffer.isView(value)) return `${label}(${[...value]})`;
  if (value instanceof Map) return `${label}(${[...value].map(([key, item]) => `${inner(key)}=>${inner(item)}`)})`;
  if (value instanceof Set) return `${label}(${[...value].map(inner)})`;
  if (Array.isArray(value)) return `${label}[${Array.from(value, inner)}]`;
  const own = value instanceof Error ? ["name", "message", "cause", "errors", "code"] : value instanceof Hidden ? ["value", "extra"] : [];
  // Members of errors that have a place of their own come last on the wire, so their order says nothing.
  const names = own.length > 0 ? own.filter((name) => value[name] !== undefined) : Object.keys(value);
  return `${label}{${names.map((name) => `${JSON.stringify(name)}:${inner(Object.hasOwn(value, name) || own.length > 0 ? value[name] : undefined)}`)}}`;
}

function rounds(seed, body) {
  const random = generator(seed);
  const end = Date.now() + SECONDS * 500;
  let done = 0;
  for (; done < ROUNDS || (SECONDS > 1 && Date.now() < end); done++) body(random, done);
  return done;
}

test("whatever crosses between nodes of ours arrives as it was", () => {
  let refused = 0;
  const done = rounds(SEED, (random, round) => {
    const value = new Maker(random).value();
    let form;
    try {
      form = peer.serialize(value);
    } catch (error) {
      // A value inside its own constructor arguments, as the only thing that has no form.
      assert.ok(error instanceof ServerError && /own constructor/.test(error.message), `${round}: ${error.stack}`);
      refused += 1;
      return;
    }
    const sent = JSON.stringify(form);
    const back = peer.deserialize(wire(form));
    assert.equal(show(back), show(value), `seed ${SEED}, round ${round}: ${sent}`);
  });
  assert.ok(refused < done / 10, `${refused} of ${done} values were refused`);
});

test("whatever text arrives is a value, or refused as the client's mistake", () => {
  rounds(SEED + 1, (random, round) => {
    const json = JSON.stringify(new Maker(random).json());
    for (const serializer of [client, trusted, peer]) {
      try {
        serializer.deserialize(JSON.parse(json));
      } catch (error) {
        assert.ok(error instanceof BadRequest || error instanceof PayloadTooLarge, `round ${round}: ${json}\n${error.stack}`);
      }
      assert.equal({}.admin, undefined);
      assert.equal(Object.getPrototypeOf([]), Array.prototype);
    }
  });
});

test("data of clients comes back as it was sent", () => {
  rounds(SEED + 2, (random, round) => {
    const value = plain(new Maker(random).json());
    const text = JSON.stringify(value);
    assert.equal(JSON.stringify(client.serialize(client.deserialize(JSON.parse(text)))), text, `round ${round}`);
  });
});

/** The same without anything that could be a form. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "serialized").map(([name, item]) => [name, plain(item)]));
}
