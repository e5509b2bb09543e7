// What makes evaluating a module at build time unsafe, seen from JavaScript: the clock, chance, the machine's locale and
// time zone, native-backed objects. While a snapshot is made each use is reported to Rust; afterwards the wrappers cost
// one branch. They stay in the snapshot because modules capture them (`const now = Date.now`).

import { core, primordials } from "ext:core/mod.js";
import { op_jitar_report, op_jitar_report_throw } from "ext:core/ops";
import { placeLateFeatures, removeLateFeatures, reportLostFeatures } from "ext:jitar/late.js";

const {
  ArrayPrototypeForEach,
  ArrayPrototypePush,
  Date: NativeDate,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  PromisePrototypeThen,
  PromiseResolve,
  Proxy,
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
  removeLateFeatures();
}

/** Whether a blob is being made; then what a module threw is reported. */
export function reportThrow(error) {
  if (building) op_jitar_report_throw(String(error), String(error?.stack ?? ""));
  return building;
}

/** Whether a blob is being made. */
export function isBuilding() {
  return building;
}

/** Reports what a module did that no wrapper sees while it happens; called after each evaluation. */
export function reportTraces() {
  if (building) reportLostFeatures(report);
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

/**
 * Copies name, length and every static property, so that the wrapper looks like what it stands for. What is right already
 * is left alone: V8 makes a hash table of a function's properties when one is defined again.
 */
function disguise(wrapper, native) {
  ArrayPrototypeForEach(ReflectOwnKeys(native), (key) => {
    if (key === "prototype") return;
    const descriptor = ObjectGetOwnPropertyDescriptor(native, key);
    if (ObjectGetOwnPropertyDescriptor(wrapper, key)?.value === descriptor.value && "value" in descriptor) return;
    ObjectDefineProperty(wrapper, key, { __proto__: null, ...descriptor });
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
  const { [key]: wrapper } = {
    [key](...args) {
      if (building && (isImpure === undefined || isImpure(args))) {
        if (op_jitar_report(what)) return 0; // the clock, which stands still for the one who asks
        if (instead !== undefined) return instead();
      }
      return ReflectApply(native, this, args);
    },
  };
  ObjectDefineProperty(holder, key, { __proto__: null, ...descriptor, value: disguise(wrapper, native) });
}

/**
 * Lets microtasks be queued while a blob is made: V8 adds its own function for that only when it starts. What a callback throws
 * is a rejection meanwhile, which the build sees.
 */
export function bridgeMicrotasks() {
  const key = "queueMicrotask";
  const descriptor = ObjectGetOwnPropertyDescriptor(globalThis, key);
  const native = descriptor.value;
  let isFirst = true;
  const { queueMicrotask } = {
    queueMicrotask(callback) {
      if (typeof callback !== "function" || !(building || isFirst)) return native(callback);
      if (building) return void PromisePrototypeThen(PromiseResolve(), () => void callback());
      isFirst = false;
      // The core looks for V8's function below this one now, and would leave another property behind.
      const own = ObjectGetOwnPropertyDescriptor(globalThis, key);
      native(callback);
      if (own === undefined) delete globalThis[key];
      else ObjectDefineProperty(globalThis, key, { __proto__: null, ...own });
    },
  };
  ObjectDefineProperty(globalThis, key, { __proto__: null, ...descriptor, enumerable: true, value: queueMicrotask });
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

/** What an op does instead while a blob is made: the module is evaluated again at start. */
function refuse() {
  throw new primordials.TypeError("not available while a snapshot is made");
}

/** Ops that depend on their arguments only and leave nothing behind outside the JavaScript heap. */
const PURE_OPS = new SafeRegExp(
  /^op_(is_|base64|url_|urlpattern_|encode|decode|console_|encoding_(decode_single|decode_utf8|encode_into|normalize_label))/,
);

/** The clock of `performance.now` and `process.hrtime`: as with `Date.now`, a module goes on with what it says. */
const CLOCK_OP = "op_now";

/**
 * Every other op reports before it runs, so that nothing native-backed is made while a blob is. Scripts take what they
 * need of it when they are loaded: only those ops get a guard, and none once there is a blob.
 */
function guardOps(ops) {
  const guarded = { __proto__: null };
  const guardOf = (name) => {
    if (primordials.StringPrototypeStartsWith(name, "op_")) guarded[name] = guardOp(ops[name], name);
    else {
      guarded[name] = ops[name];
      guardConstructor(guarded, name, `makes a native object (${name})`, undefined, refuse);
    }
    return guarded[name];
  };
  return new Proxy(ops, {
    __proto__: null,
    get(_target, name) {
      const isFree = !building || typeof ops[name] !== "function" || RegExpPrototypeExec(PURE_OPS, name) !== null;
      return isFree ? ops[name] : guarded[name] ?? guardOf(name);
    },
  });
}

/** As `guardMethod`, for functions that applications never see: each is as little as possible for isolates to read. */
function guardOp(op, name) {
  return (...args) => {
    if (building) {
      const isClock = op_jitar_report(`uses the host (${name})`);
      if (name !== CLOCK_OP) refuse();
      if (isClock) return 0;
    }
    return ReflectApply(op, undefined, args);
  };
}

/** The core as scripts of the web API see it, with the ops behind their guards. */
export const capturedCore = core.loadExtScript("ext:jitar/captured_core.js");
export const guardedOps = guardOps(core.ops);
capturedCore.ops = guardedOps;
guardDate();
guardMethod(Math, "random", "uses chance (Math.random)");
guardLocale();
placeLateFeatures(report);
ArrayPrototypeForEach(["WeakRef", "FinalizationRegistry"], (key) => {
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

let lastPicture;

/**
 * Whether something that can be reached from the global object changed since the last call; the first call only looks. That
 * is the platform, and what modules hung there.
 */
export function intrinsicsChanged() {
  const before = lastPicture;
  lastPicture = takePicture();
  if (before === undefined) return false;
  if (before.length !== lastPicture.length) return true;
  for (let i = 0; i < before.length; i++) {
    if (!primordials.ObjectIs(before[i], lastPicture[i])) return true;
  }
  return false;
}

/** Forgets what was seen, so that nothing of it is in the snapshot. */
export function forgetIntrinsics() {
  lastPicture = undefined;
}

/** Every property of every object that can be reached, in an order that depends on nothing else. */
function takePicture() {
  const picture = [];
  const seen = new primordials.SafeSet();
  const pending = [globalThis];
  const reach = (value) => {
    const isHolder = value !== null && (typeof value === "object" || typeof value === "function");
    if (!isHolder || seen.has(value) || unexamined.has(value) || core.isProxy(value)) return;
    seen.add(value);
    ArrayPrototypePush(pending, value);
  };
  const add = (value) => {
    ArrayPrototypePush(picture, value);
    reach(value);
  };
  while (pending.length > 0) {
    const holder = primordials.ArrayPrototypePop(pending);
    add(primordials.ReflectGetPrototypeOf(holder));
    ArrayPrototypePush(picture, primordials.ObjectIsExtensible(holder));
    const keys = ReflectOwnKeys(holder);
    for (let i = 0; i < keys.length; i++) {
      const descriptor = ObjectGetOwnPropertyDescriptor(holder, keys[i]);
      if (descriptor === undefined) continue;
      ArrayPrototypePush(
        picture, holder, keys[i], descriptor.writable, descriptor.enumerable, descriptor.configurable,
      );
      add(valueOf(descriptor));
      add(descriptor.get);
      add(descriptor.set);
    }
    if (core.isMap(holder)) {
      primordials.MapPrototypeForEach(holder, (value, key) => {
        add(key);
        add(value);
      });
    } else if (core.isSet(holder)) {
      primordials.SetPrototypeForEach(holder, add);
    }
  }
  return picture;
}
