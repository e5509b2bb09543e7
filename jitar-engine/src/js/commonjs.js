// Modules of packages that are written for `require`. Their text runs in sloppy mode, which they may rely on and which ES
// modules cannot have; so it is kept as text, and compiled as the body of a function when somebody asks for the module first.

import { core } from "ext:core/mod.js";
import { apply, defineProperty, indexOf, Intrinsics, slice } from "ext:jitar/primordials.js";

const { Error } = Intrinsics;

/** What the text can name; the last one stands for the keyword in `import()`. */
const PARAMETERS = ["exports", "require", "module", "__filename", "__dirname", "global", "$impor"];

/** The length of `file://`. */
const SCHEME = 7;

/**
 * A module that is evaluated once, when `load` is called first. Whoever requires it while it is being evaluated gets what
 * it exports so far; when it throws, the next one tries again.
 *
 * @param {string} specifier its specifier; stack traces show it
 * @param {Record<string, () => unknown>} requires what it requires, by the specifiers that it writes
 * @param {Record<string, () => Promise<unknown>>} imports what it imports with `import()`
 * @param {string} text its text
 * @returns {() => unknown} gives `module.exports`
 */
export function define(specifier, requires, imports, text) {
  const filename = slice(specifier, SCHEME);
  let module;

  function require(name) {
    const load = requires[name];
    if (load === undefined) throw missing(name, filename);
    return load();
  }

  async function importing(name) {
    const load = imports[name];
    if (load === undefined) throw missing(name, filename);
    return load();
  }

  function run() {
    const { exports } = module;
    const path = folderOf(filename);
    const compiled = core.compileFunction(text, specifier, undefined, PARAMETERS);
    if (compiled[1]) throw compiled[1].thrown;
    const body = compiled[0];
    apply(body, exports, [exports, require, module, filename, path, globalThis, importing]);
    module.loaded = true;
  }

  return function load() {
    if (module === undefined) {
      module = { id: filename, filename, exports: {}, loaded: false };
      try {
        run();
      } catch (error) {
        module = undefined;
        throw error;
      }
    }
    return module.exports;
  };
}

/** Values of names of what a module exports; nothing for those that cannot be had. */
export function read(exports, names) {
  const values = [];
  for (let idx = 0; idx < names.length; idx++) {
    defineProperty(values, idx, { __proto__: null, value: valueOf(exports, names[idx]) });
  }
  return values;
}

function valueOf(exports, name) {
  try {
    return exports?.[name];
  } catch {
    return undefined;
  }
}

function missing(name, filename) {
  const error = new Error(`Cannot find module '${name}', required by ${filename}`);
  error.code = "MODULE_NOT_FOUND";
  return error;
}

function folderOf(path) {
  let end = 0;
  for (let next = indexOf(path, "/"); next !== -1; next = indexOf(path, "/", next + 1)) end = next;
  return slice(path, 0, end);
}
