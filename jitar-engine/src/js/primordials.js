// Intrinsics captured before application code runs. Code of ours that runs later uses these, index loops and
// `mapForEach` instead of methods, spread and array destructuring, because applications may replace the originals.

const { bind, call } = Function.prototype;

/** `uncurryThis(f)(receiver, ...args)` is `f.call(receiver, ...args)`, whatever becomes of `Function.prototype`. */
export const uncurryThis = bind.bind(call);

const getterOf = (prototype, name) => uncurryThis(Object.getOwnPropertyDescriptor(prototype, name).get);

export const {
  create: objectCreate,
  defineProperty,
  freeze,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  keys: objectKeys,
} = Object;
export const { is: objectIs } = Object;
export const objectPrototype = Object.prototype;
export const { apply, construct, ownKeys } = Reflect;
export const { parse: jsonParse, stringify: jsonStringify } = JSON;
export const { isArray } = Array;
export const { isFinite: isFiniteNumber, isInteger } = Number;
export const { isView } = ArrayBuffer;
export const { min } = Math;

export const arrayJoin = uncurryThis(Array.prototype.join);
export const functionToString = uncurryThis(Function.prototype.toString);

export const charCodeAt = uncurryThis(String.prototype.charCodeAt);
export const indexOf = uncurryThis(String.prototype.indexOf);
export const slice = uncurryThis(String.prototype.slice);
export const split = uncurryThis(String.prototype.split);
export const startsWith = uncurryThis(String.prototype.startsWith);
export const toLowerCase = uncurryThis(String.prototype.toLowerCase);
export const trim = uncurryThis(String.prototype.trim);
export const fromCharCode = String.fromCharCode;

/** Runs a regular expression whose prototype may have been tampered with. */
export const regExpExec = uncurryThis(RegExp.prototype.exec);
export const regExpSource = getterOf(RegExp.prototype, "source");
const regExpFlagGetters = [
  ["d", getterOf(RegExp.prototype, "hasIndices")],
  ["g", getterOf(RegExp.prototype, "global")],
  ["i", getterOf(RegExp.prototype, "ignoreCase")],
  ["m", getterOf(RegExp.prototype, "multiline")],
  ["s", getterOf(RegExp.prototype, "dotAll")],
  ["u", getterOf(RegExp.prototype, "unicode")],
  ["v", getterOf(RegExp.prototype, "unicodeSets")],
  ["y", getterOf(RegExp.prototype, "sticky")],
];

/** The built-in getter asks for each flag by name, so an application could answer. */
export function regExpFlags(pattern) {
  let flags = "";
  for (let idx = 0; idx < regExpFlagGetters.length; idx++) {
    if (regExpFlagGetters[idx][1](pattern)) {
      flags += regExpFlagGetters[idx][0];
    }
  }
  return flags;
}

export const dateGetTime = uncurryThis(Date.prototype.getTime);
export const dateToISOString = uncurryThis(Date.prototype.toISOString);
export const bigIntToString = uncurryThis(BigInt.prototype.toString);

export const mapGet = uncurryThis(Map.prototype.get);
export const mapSet = uncurryThis(Map.prototype.set);
export const mapHas = uncurryThis(Map.prototype.has);
export const mapDelete = uncurryThis(Map.prototype.delete);
export const mapSize = getterOf(Map.prototype, "size");
export const mapClear = uncurryThis(Map.prototype.clear);
export const mapForEach = uncurryThis(Map.prototype.forEach);
export const setAdd = uncurryThis(Set.prototype.add);
export const setHas = uncurryThis(Set.prototype.has);
export const setForEach = uncurryThis(Set.prototype.forEach);
export const weakMapGet = uncurryThis(WeakMap.prototype.get);
export const weakMapSet = uncurryThis(WeakMap.prototype.set);

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
/** The name of a typed array's type, `undefined` for every other value. */
export const typedArrayName = getterOf(typedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer = getterOf(typedArrayPrototype, "buffer");
export const typedArrayByteOffset = getterOf(typedArrayPrototype, "byteOffset");
export const typedArrayByteLength = getterOf(typedArrayPrototype, "byteLength");
export const typedArraySet = uncurryThis(typedArrayPrototype.set);
export const bufferByteLength = getterOf(ArrayBuffer.prototype, "byteLength");
const dataViewBuffer = getterOf(DataView.prototype, "buffer");
const dataViewByteOffset = getterOf(DataView.prototype, "byteOffset");
const dataViewByteLength = getterOf(DataView.prototype, "byteLength");

/** Constructors, whatever the global names stand for later. */
export const Intrinsics = Object.freeze({
  __proto__: null,
  AggregateError,
  Array,
  ArrayBuffer,
  BigInt,
  Boolean,
  DataView,
  Date,
  Error,
  EvalError,
  Map,
  Number,
  Object,
  RangeError,
  ReferenceError,
  RegExp,
  Set,
  String,
  SyntaxError,
  TypeError,
  URIError,
  Uint8Array,
  WeakMap,
});

const { Uint8Array: Uint8ArrayIntrinsic } = Intrinsics;

/** Sets an own property of a record, also when a prototype has a setter or a read-only member of that name. */
export function setOwn(record, key, value) {
  if (key in record) {
    defineProperty(record, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  } else {
    record[key] = value;
  }
}

/** Whether a value may have properties: an object or a function. */
export function isObject(value) {
  return typeof value === "object" ? value !== null : typeof value === "function";
}

/** The bytes that a view shows (not its whole buffer), without copying. */
export function bytesOfView(view) {
  return typedArrayName(view) === undefined
    ? new Uint8ArrayIntrinsic(dataViewBuffer(view), dataViewByteOffset(view), dataViewByteLength(view))
    : new Uint8ArrayIntrinsic(typedArrayBuffer(view), typedArrayByteOffset(view), typedArrayByteLength(view));
}

/** The first bytes of an array in a buffer of their own. */
export function copyOfBytes(bytes, length = typedArrayByteLength(bytes)) {
  const copy = new Uint8ArrayIntrinsic(length);
  typedArraySet(copy, new Uint8ArrayIntrinsic(typedArrayBuffer(bytes), typedArrayByteOffset(bytes), length));
  return copy;
}
