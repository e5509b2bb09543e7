// What V8 adds to the platform only when it starts from a blob or without one: functions that are newer than its oldest
// language level, and `Error.stackTraceLimit`. While a blob is made they are not there. A module that looks for one of them
// would find nothing, and one that puts its own in their place would meet V8's at start, which ends the process. So each
// place holds an accessor meanwhile, which reports its use. A test compares this list with what V8 has.

import { primordials } from "ext:core/mod.js";

const {
  ArrayPrototypeForEach,
  ArrayPrototypePush,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectHasOwn,
} = primordials;

const asyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype));

/** Holders with their names for people, and the keys that they get at start. */
const LATE = [
  [globalThis, "", ["SuppressedError", "DisposableStack", "AsyncDisposableStack", "Float16Array", "SharedArrayBuffer", "WebAssembly"]],
  [Promise, "Promise.", ["try"]],
  [RegExp, "RegExp.", ["escape"]],
  [Error, "Error.", ["isError"]],
  [Math, "Math.", ["f16round", "sumPrecise"]],
  [Intl.Locale.prototype, "Intl.Locale.prototype.", ["variants"]],
  [Atomics, "Atomics.", ["pause"]],
  [Uint8Array, "Uint8Array.", ["fromBase64", "fromHex"]],
  [Uint8Array.prototype, "Uint8Array.prototype.", ["toBase64", "setFromBase64", "toHex", "setFromHex"]],
  [DataView.prototype, "DataView.prototype.", ["getFloat16", "setFloat16"]],
  [Map.prototype, "Map.prototype.", ["getOrInsert", "getOrInsertComputed"]],
  [WeakMap.prototype, "WeakMap.prototype.", ["getOrInsert", "getOrInsertComputed"]],
  [Iterator, "Iterator.", ["concat"]],
  [Iterator.prototype, "Iterator.prototype.", [Symbol.dispose]],
  [asyncIteratorPrototype, "AsyncIterator.prototype.", [Symbol.asyncDispose]],
];

/** What V8 sets at start. With it, errors get their stacks while a blob is made, too. */
const STACK_TRACE_LIMIT = 10;

/** @type {{ holder: object, key: PropertyKey, name: string, get: Function }[]} */
const placed = [];
let hasLimit = false;

/**
 * Puts the accessors in their places, where V8 has nothing yet.
 * @param {(what: string) => void} report
 */
export function placeLateFeatures(report) {
  ArrayPrototypeForEach(LATE, ({ 0: holder, 1: prefix, 2: keys }) => {
    ArrayPrototypeForEach(keys, (key) => {
      if (ObjectHasOwn(holder, key)) return;
      const name = prefix + (typeof key === "symbol" ? key.description : key);
      // Whoever looks finds nothing: what `report` returns is not for them.
      const get = () => void report(`uses ${name}`);
      const set = () => void report(`replaces ${name}`);
      ObjectDefineProperty(holder, key, { __proto__: null, get, set, enumerable: false, configurable: true });
      ArrayPrototypePush(placed, { holder, key, name, get });
    });
  });
  if (ObjectHasOwn(Error, "stackTraceLimit")) return;
  hasLimit = true;
  const limit = { __proto__: null, value: STACK_TRACE_LIMIT, writable: true, enumerable: true, configurable: true };
  ObjectDefineProperty(Error, "stackTraceLimit", limit);
}

/** Reports what was redefined or frozen without a trace: V8 could not add its own at start. */
export function reportLostFeatures(report) {
  for (let idx = placed.length - 1; idx >= 0; idx--) {
    const { holder, key, name, get } = placed[idx];
    const descriptor = ObjectGetOwnPropertyDescriptor(holder, key);
    if (descriptor?.get === get && descriptor.configurable) continue;
    report(descriptor?.get === get ? `freezes ${name}` : `replaces ${name}`);
    placed[idx] = placed[placed.length - 1];
    placed.length -= 1; // said once; who is evaluated later has nothing to do with it
  }
  const limit = ObjectGetOwnPropertyDescriptor(Error, "stackTraceLimit");
  const isKept = limit?.value === STACK_TRACE_LIMIT && limit.configurable && limit.writable;
  if (!hasLimit || isKept) return;
  report("sets Error.stackTraceLimit");
  hasLimit = false;
}

/** Empties the places again, right before the blob is taken. */
export function removeLateFeatures() {
  ArrayPrototypeForEach(placed, ({ holder, key }) => delete holder[key]);
  placed.length = 0;
  if (hasLimit) delete Error.stackTraceLimit;
  hasLimit = false;
}
