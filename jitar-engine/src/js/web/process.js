// The part of Node's `process` that packages and applications look at: the environment, as far as it is permitted,
// `nextTick`, the platform and `hrtime`. There is no `versions.node`, because nothing else of Node is here.

import { core, primordials } from "ext:core/mod.js";
import { op_jitar_platform } from "ext:core/ops";
import { guardedOps, guardMethod, leaveUnexamined } from "ext:jitar/guard.js";
import { now } from "ext:jitar/web/performance.js";
import { log, WARN } from "ext:jitar/log.js";
import { caller } from "ext:jitar/web/caller.js";

const {
  ArrayPrototypePush,
  BigInt,
  MathRound,
  Number,
  ObjectHasOwn,
  ObjectPrototype,
  Proxy,
  SafeSet,
  String,
  TypeError,
} = primordials;

// Guarded: the environment of the build machine must not be read.
const { op_jitar_cwd, op_jitar_env, op_jitar_env_names, op_jitar_env_is_news } = guardedOps;

/** Asked for by packages at their top level, and always the same here, so that asking defers nobody. */
const FIXED = { __proto__: null, NODE_ENV: "production" };

/** What the application set itself: text, or `undefined` where it deleted a variable. */
const overlay = { __proto__: null };

function read(name) {
  if (ObjectHasOwn(overlay, name)) return overlay[name];
  if (ObjectHasOwn(FIXED, name)) return FIXED[name];
  const value = op_jitar_env(name);
  if (value !== null) return value;
  if (op_jitar_env_is_news(name)) log(WARN, refusal(name));
  return undefined;
}

/** Said once for each name, because packages ask for many and live without. */
function refusal(name) {
  const where = caller();
  const place = where === undefined ? "" : ` at ${where}`;
  return `process.env.${name} is undefined${place}: the variable is not permitted, add "${name}" to "permissions": { "env": [...] } in the service file`;
}

function isSet(name) {
  if (ObjectHasOwn(overlay, name)) return overlay[name] !== undefined;
  return ObjectHasOwn(FIXED, name) || op_jitar_env(name) !== null;
}

const env = new Proxy({ __proto__: ObjectPrototype }, {
  __proto__: null,
  get: (target, name) => (typeof name === "symbol" || name in target ? target[name] : read(name)),
  set(_target, name, value) {
    if (typeof name === "symbol") return false;
    overlay[name] = String(value);
    return true;
  },
  has: (target, name) => name in target || (typeof name === "string" && isSet(name)),
  deleteProperty(_target, name) {
    if (typeof name === "string") overlay[name] = undefined;
    return true;
  },
  defineProperty(_target, name, { value }) {
    if (typeof name === "symbol" || value === undefined) return false;
    overlay[name] = String(value);
    return true;
  },
  getOwnPropertyDescriptor(_target, name) {
    if (typeof name === "symbol" || !isSet(name)) return undefined;
    return { __proto__: null, value: read(name), writable: true, enumerable: true, configurable: true };
  },
  ownKeys() {
    const names = new SafeSet();
    for (const name in FIXED) names.add(name);
    const permitted = op_jitar_env_names();
    for (let idx = 0; idx < permitted.length; idx++) names.add(permitted[idx]);
    for (const name in overlay) names[overlay[name] === undefined ? "delete" : "add"](name);
    const list = [];
    names.forEach((name) => ArrayPrototypePush(list, name));
    return list;
  },
});

function nextTick(callback, ...args) {
  if (typeof callback !== "function") throw new TypeError("The callback must be a function");
  core.queueNextTick({ callback, args, snapshot: core.getAsyncContext() });
}

function hrtime(since) {
  const nanoseconds = hrtime.bigint();
  const seconds = Number(nanoseconds / 1_000_000_000n);
  const rest = Number(nanoseconds % 1_000_000_000n);
  if (since === undefined) return [seconds, rest];
  const borrowed = rest < since[1] ? 1 : 0;
  return [seconds - since[0] - borrowed, rest - since[1] + borrowed * 1_000_000_000];
}

hrtime.bigint = () => BigInt(MathRound(now() * 1_000_000));

export const process = {
  env,
  nextTick,
  cwd: () => op_jitar_cwd(),
  platform: op_jitar_platform(),
  hrtime,
};
leaveUnexamined(env);
guardMethod(process, "nextTick", "schedules a tick (process.nextTick)");
