// What makes evaluating a module at build time unsafe, seen from JavaScript: the clock, chance, the machine's locale and
// time zone, native-backed objects. While a snapshot is made each use is reported to Rust; afterwards the wrappers cost
// one branch. They stay in the snapshot because modules capture them (`const now = Date.now`).

import { core, primordials } from "ext:core/mod.js";
import { op_jitar_report, op_jitar_report_throw } from "ext:core/ops";

const {
  ArrayPrototypeForEach,
  Date: NativeDate,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ReflectApply,
  ReflectConstruct,
  ReflectOwnKeys,
  RegExpPrototypeExec,
  SafeRegExp,
} = primordials;

let building = true;

/** Ends the reporting; called once, right before the snapshot is taken or when there is none. */
export function endBuilding() {
  building = false;
  takeBackWebAssembly();
}

/** Whether a blob is being made; then what a module threw is reported. */
export function reportThrow(error) {
  if (building) op_jitar_report_throw(String(error));
  return building;
}

/** Whether a blob is being made. */
export function isBuilding() {
  return building;
}

/** Says what is about to happen that a blob must not keep; once there is a blob, nobody listens. */
export function report(what) {
  if (building) op_jitar_report(what);
}

/** Reports and throws while a blob is made: what follows would not be part of the blob. */
export function refuseWhileBuilding(what) {
  if (!building) return;
  report(what);
  refuse();
}

/** Copies name, length and every static property, so that the wrapper looks like what it stands for. */
function disguise(wrapper, native) {
  ArrayPrototypeForEach(ReflectOwnKeys(native), (key) => {
    if (key === "prototype") return;
    ObjectDefineProperty(wrapper, key, { __proto__: null, ...ObjectGetOwnPropertyDescriptor(native, key) });
  });
  return wrapper;
}

/**
 * Replaces a function that is found as `holder[key]` by one that reports `what` before it runs.
 * @param {(args: unknown[]) => boolean} [isImpure] whether these arguments need a report; every call does without it
 * @param {() => unknown} [instead] what happens while a blob is made, in place of the function
 */
export function guardMethod(holder, key, what, isImpure, instead) {
  const descriptor = ObjectGetOwnPropertyDescriptor(holder, key);
  const native = descriptor?.value;
  if (typeof native !== "function") return;
  const wrapper = {
    method(...args) {
      if (building && (isImpure === undefined || isImpure(args))) {
        report(what);
        if (instead !== undefined) return instead();
      }
      return ReflectApply(native, this, args);
    },
  }.method;
  ObjectDefineProperty(holder, key, { __proto__: null, ...descriptor, value: disguise(wrapper, native) });
}

/** Replaces the getter of `holder[key]` by one that reports `what` before it runs. */
export function guardGetter(holder, key, what) {
  const descriptor = ObjectGetOwnPropertyDescriptor(holder, key);
  const native = descriptor.get;
  const get = {
    get [key]() {
      report(what);
      return ReflectApply(native, this, []);
    },
  };
  ObjectDefineProperty(holder, key, {
    __proto__: null,
    ...descriptor,
    get: ObjectGetOwnPropertyDescriptor(get, key).get,
  });
}

/** Replaces a constructor that is found as `holder[key]`; its prototype object stays the same. */
function guardConstructor(holder, key, what, isImpure, instead) {
  const descriptor = ObjectGetOwnPropertyDescriptor(holder, key);
  const native = descriptor?.value;
  if (typeof native !== "function") return;
  const wrapper = function (...args) {
    if (building && (isImpure === undefined || isImpure(args, new.target !== undefined))) {
      report(what);
      if (instead !== undefined) return instead();
    }
    return new.target === undefined
      ? ReflectApply(native, this, args)
      : ReflectConstruct(native, args, new.target);
  };
  const { value, writable } = ObjectGetOwnPropertyDescriptor(native, "prototype");
  ObjectDefineProperty(wrapper, "prototype", { __proto__: null, value, writable });
  disguise(wrapper, native);
  const ownConstructor = ObjectGetOwnPropertyDescriptor(native.prototype, "constructor");
  ObjectDefineProperty(native.prototype, "constructor", { __proto__: null, ...ownConstructor, value: wrapper });
  ObjectDefineProperty(holder, key, { __proto__: null, ...descriptor, value: wrapper });
}

// Text that means the same instant in every time zone (ECMA-262 21.4.1.32): a date alone, or one with `Z` or an offset.
const ABSOLUTE_TIME = new SafeRegExp(/^[+-]?\d{4,6}(-\d\d(-\d\d)?)?(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/);

function readsLocalTime(args) {
  return typeof args[0] === "string" && RegExpPrototypeExec(ABSOLUTE_TIME, args[0]) === null;
}

function dateIsImpure(args, constructed) {
  return !constructed || args.length !== 1 || readsLocalTime(args);
}

function guardDate() {
  const prototype = NativeDate.prototype;
  guardMethod(NativeDate, "now", "reads the clock (Date.now)");
  guardMethod(NativeDate, "parse", "reads the time zone (Date.parse)", readsLocalTime);
  const local = [
    "getDate", "getDay", "getFullYear", "getHours", "getMinutes", "getMonth", "getTimezoneOffset", "getYear",
    "setDate", "setFullYear", "setHours", "setMinutes", "setMonth", "setYear",
    "toString", "toDateString", "toTimeString", "toLocaleString", "toLocaleDateString", "toLocaleTimeString",
  ];
  ArrayPrototypeForEach(local, (key) => guardMethod(prototype, key, `reads the time zone (Date.prototype.${key})`));
  guardConstructor(globalThis, "Date", "reads the clock or the time zone (Date)", dateIsImpure);
}

function guardLocale() {
  ArrayPrototypeForEach(ReflectOwnKeys(Intl), (key) => {
    const guard = typeof Intl[key] === "function" && Intl[key].prototype !== undefined ? guardConstructor : guardMethod;
    if (typeof key === "string") guard(Intl, key, `uses the locale (Intl.${key})`);
  });
  const methods = [
    [String.prototype, ["localeCompare", "toLocaleLowerCase", "toLocaleUpperCase"]],
    [Number.prototype, ["toLocaleString"]],
    [BigInt.prototype, ["toLocaleString"]],
    [Array.prototype, ["toLocaleString"]],
  ];
  ArrayPrototypeForEach(methods, ({ 0: holder, 1: keys }) => {
    ArrayPrototypeForEach(keys, (key) => guardMethod(holder, key, `uses the locale (${key})`));
  });
}

/** V8 has no WebAssembly while a blob is made; only looking for it already means something else at run time. */
function guardWebAssembly() {
  if ("WebAssembly" in globalThis) return;
  ObjectDefineProperty(globalThis, "WebAssembly", {
    __proto__: null,
    get: () => report("uses WebAssembly"),
    configurable: true,
  });
  takeBackWebAssembly = () => delete globalThis.WebAssembly;
}

let takeBackWebAssembly = () => {};

/** What an op does instead while a blob is made: the module is evaluated again at start. */
function refuse() {
  throw new primordials.TypeError("not available while a snapshot is made");
}

/** Ops that depend on their arguments only and leave nothing behind outside the JavaScript heap. */
const PURE_OPS = new SafeRegExp(
  /^op_(is_|base64|url_|urlpattern_|encode|decode|console_|encoding_(decode_single|decode_utf8|encode_into|normalize_label))/,
);

/**
 * Every other op reports before it runs, so that nothing native-backed is made while a blob is. The scripts of the web API
 * take their ops from there when they are loaded, later than this.
 */
function guardOps(ops) {
  ArrayPrototypeForEach(ReflectOwnKeys(ops), (name) => {
    if (typeof name !== "string" || RegExpPrototypeExec(PURE_OPS, name) !== null) return;
    const isOp = primordials.StringPrototypeStartsWith(name, "op_");
    const guard = isOp ? guardMethod : guardConstructor;
    const what = isOp ? `uses the host (${name})` : `makes a native object (${name})`;
    guard(ops, name, what, undefined, refuse);
  });
}

/** The core as scripts of the web API see it, with the ops behind their guards. */
export const capturedCore = core.loadExtScript("ext:jitar/captured_core.js");
export const guardedOps = capturedCore.ops;
guardOps(guardedOps);
guardDate();
guardMethod(Math, "random", "uses chance (Math.random)");
guardLocale();
guardWebAssembly();
ArrayPrototypeForEach(["WeakRef", "FinalizationRegistry", "SharedArrayBuffer"], (key) => {
  guardConstructor(globalThis, key, `makes a native object (${key})`, undefined, refuse);
});

const unexamined = new primordials.SafeSet();
const lazyGetters = new primordials.SafeSet();

/** Tells the pictures below of a getter that stands for a plain property. */
export function noteLazyGetter(getter) {
  lazyGetters.add(getter);
}

function valueOf(descriptor) {
  return lazyGetters.has(descriptor.get) ? descriptor.get() : descriptor.value;
}

/** Keeps an object of ours out of the pictures below: looking at its properties would do something. */
export function leaveUnexamined(object) {
  unexamined.add(object);
}

/** Calls `visit(holder, key, descriptor)` for every property of the global object and of the intrinsics behind it. */
function visitIntrinsics(visit) {
  const seen = new primordials.SafeSet();
  const pending = [globalThis];
  while (pending.length > 0) {
    const holder = primordials.ArrayPrototypePop(pending);
    if (seen.has(holder)) continue;
    seen.add(holder);
    const keys = ReflectOwnKeys(holder);
    for (let i = 0; i < keys.length; i++) {
      const descriptor = ObjectGetOwnPropertyDescriptor(holder, keys[i]);
      if (descriptor === undefined) continue;
      visit(holder, keys[i], descriptor);
      const value = valueOf(descriptor);
      const isHolder = value !== null && (typeof value === "object" || typeof value === "function");
      // Only what a constructor, namespace or prototype of the platform holds; not into data of the application.
      if (isHolder && knownIntrinsics.has(value)) primordials.ArrayPrototypePush(pending, value);
    }
  }
}

let knownIntrinsics = new primordials.SafeSet();

/** Remembers every object reachable from the global object as part of the platform; called before application code. */
export function rememberIntrinsics() {
  const pending = [globalThis];
  while (pending.length > 0) {
    const holder = primordials.ArrayPrototypePop(pending);
    if (knownIntrinsics.has(holder) || unexamined.has(holder)) continue;
    knownIntrinsics.add(holder);
    const keys = ReflectOwnKeys(holder);
    for (let i = 0; i < keys.length; i++) {
      const descriptor = ObjectGetOwnPropertyDescriptor(holder, keys[i]);
      const value = descriptor === undefined ? undefined : valueOf(descriptor);
      if (value !== null && (typeof value === "object" || typeof value === "function")) {
        primordials.ArrayPrototypePush(pending, value);
      }
    }
    const prototype = primordials.ReflectGetPrototypeOf(holder);
    if (prototype !== null) primordials.ArrayPrototypePush(pending, prototype);
  }
}

/** Forgets them, so that nothing of it is in the snapshot. */
export function forgetIntrinsics() {
  knownIntrinsics = new primordials.SafeSet();
  lastPicture = undefined;
}

let lastPicture;

/** Whether the global object or an intrinsic changed since the last call; the first call only looks. */
export function intrinsicsChanged() {
  const picture = [];
  visitIntrinsics((holder, key, descriptor) => {
    primordials.ArrayPrototypePush(
      picture, holder, key, descriptor.value, descriptor.get, descriptor.set,
      descriptor.writable, descriptor.enumerable, descriptor.configurable,
    );
  });
  const before = lastPicture;
  lastPicture = picture;
  if (before === undefined) return false;
  if (before.length !== picture.length) return true;
  for (let i = 0; i < picture.length; i++) {
    if (!primordials.ObjectIs(before[i], picture[i])) return true;
  }
  return false;
}
