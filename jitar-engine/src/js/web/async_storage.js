// Values that follow a chain of calls through `await`, timers and events: `AsyncLocalStorage` and `AsyncResource`, with the
// names of Node, over the async context that V8 carries along. The dispatcher keeps its call in the same context, so what
// runs inside `run` still belongs to the call that it began in.

import { core } from "ext:core/mod.js";
import { apply, Intrinsics } from "ext:jitar/primordials.js";

const { AsyncVariable, getAsyncContext, setAsyncContext } = core;
const { TypeError } = Intrinsics;

/** Runs a function in an async context and comes back to the one before. */
function runIn(context, callback, self, args) {
  const outer = getAsyncContext();
  setAsyncContext(context);
  try {
    return apply(callback, self, args);
  } finally {
    setAsyncContext(outer);
  }
}

function checkCallback(callback) {
  if (typeof callback !== "function") throw new TypeError("The callback must be a function");
}

export class AsyncLocalStorage {
  #variable = new AsyncVariable();
  #enabled = false;
  #defaultValue;
  #name;

  constructor({ defaultValue, name = "" } = {}) {
    this.#defaultValue = defaultValue;
    this.#name = name;
  }

  get name() {
    return this.#name;
  }

  /** A function that runs others in the context of now. */
  static snapshot() {
    const context = getAsyncContext();
    return (callback, ...args) => runIn(context, callback, undefined, args);
  }

  /** The function, always run in the context of now. */
  static bind(callback) {
    return AsyncResource.bind(callback);
  }

  run(store, callback, ...args) {
    checkCallback(callback);
    this.#enabled = true;
    const outer = this.#variable.enter({ store });
    try {
      return apply(callback, undefined, args);
    } finally {
      setAsyncContext(outer);
    }
  }

  exit(callback, ...args) {
    return this.run(undefined, callback, ...args);
  }

  enterWith(store) {
    this.#enabled = true;
    this.#variable.enter({ store });
  }

  getStore() {
    const entered = this.#enabled ? this.#variable.get() : undefined;
    return entered === undefined ? this.#defaultValue : entered.store;
  }

  /** Every value is gone until `run` or `enterWith` is called again. */
  disable() {
    this.#enabled = false;
    this.#variable = new AsyncVariable();
  }
}

let lastAsyncId = 1;

export class AsyncResource {
  #context = getAsyncContext();
  #asyncId = ++lastAsyncId;
  #type;

  constructor(type) {
    if (typeof type !== "string") throw new TypeError('The "type" argument must be of type string');
    this.#type = type;
  }

  get type() {
    return this.#type;
  }

  static bind(callback, type = callback?.name || "bound-anonymous-fn", self = undefined) {
    return new AsyncResource(type).bind(callback, self);
  }

  runInAsyncScope(callback, self, ...args) {
    checkCallback(callback);
    return runIn(this.#context, callback, self, args);
  }

  bind(callback, self = undefined) {
    checkCallback(callback);
    const context = this.#context;
    return function (...args) {
      return runIn(context, callback, self === undefined ? this : self, args);
    };
  }

  emitDestroy() {
    return this;
  }

  asyncId() {
    return this.#asyncId;
  }

  triggerAsyncId() {
    return 0;
  }
}
