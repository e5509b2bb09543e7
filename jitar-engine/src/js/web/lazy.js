// Globals whose scripts are loaded when somebody first asks for them: what only some applications use would otherwise make
// every blob larger and every start slower. A script that a module asks for at its top level becomes part of the blob.

import { core, primordials } from "ext:core/mod.js";
import { isBuilding, noteLazyGetter, report } from "ext:jitar/guard.js";

const { ObjectDefineProperty } = primordials;
const load = core.loadExtScript;

function define(name, get, enumerable) {
  ObjectDefineProperty(globalThis, name, {
    __proto__: null,
    get,
    // As if it were a plain property: an assignment replaces it.
    set(value) {
      ObjectDefineProperty(this, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
    },
    enumerable,
    configurable: true,
  });
}

/** Defines a global that a function finds. */
export function defineLazy(name, get, enumerable = false) {
  noteLazyGetter(get);
  define(name, get, enumerable);
}

/** Defines constructors that a script of the web API exports under the names of the globals. */
export function defineLazily(specifier, names) {
  for (let idx = 0; idx < names.length; idx++) {
    const name = names[idx];
    defineLazy(name, () => load(specifier)[name]);
  }
}

/**
 * Defines globals that are backed by native objects, which cannot be part of a blob: while one is made they are reported
 * and not there.
 */
export function defineNative(specifier, names, enumerable) {
  for (let idx = 0; idx < names.length; idx++) {
    const name = names[idx];
    define(name, () => (isBuilding() ? report(`uses the host (${name})`) : load(specifier)[name]), enumerable);
  }
}
