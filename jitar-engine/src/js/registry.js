// The classes whose instances may cross: exactly those of the loaded segments, found by key or by prototype (W-S14).

import { getPrototypeOf, Intrinsics, isObject, mapGet, mapHas, mapSet } from "ext:jitar/primordials.js";

const { Array, Date, Map, RegExp, Set } = Intrinsics;
const typedArrayPrototype = getPrototypeOf(Intrinsics.Uint8Array.prototype);

/** @typedef {{ key: string, clazz: Function }} RegisteredClass */

/** A closed set of classes. */
export class Registry {
  #byKey = new Map();
  #byPrototype = new Map();

  /**
   * The first class of a key and the first key of a class win.
   * @param {string} key its FQN
   * @param {unknown} clazz
   */
  add(key, clazz) {
    const registered = { key, clazz };
    if (!mapHas(this.#byKey, key)) {
      mapSet(this.#byKey, key, registered);
    }
    const prototype = typeof clazz === "function" ? clazz.prototype : undefined;
    if (isObject(prototype) && !mapHas(this.#byPrototype, prototype) && !hasFormOfItsOwn(prototype)) {
      mapSet(this.#byPrototype, prototype, registered);
    }
  }

  /** @returns {RegisteredClass | undefined} */
  byKey(key) {
    return mapGet(this.#byKey, key);
  }

  /** @returns {RegisteredClass | undefined} */
  byPrototype(prototype) {
    return mapGet(this.#byPrototype, prototype);
  }
}

/** Children of these travel as what they extend. */
function hasFormOfItsOwn(prototype) {
  for (let level = prototype; level !== null; level = getPrototypeOf(level)) {
    if (
      level === Array.prototype ||
      level === Map.prototype ||
      level === Set.prototype ||
      level === Date.prototype ||
      level === RegExp.prototype ||
      level === typedArrayPrototype
    ) {
      return true;
    }
  }
  return false;
}
