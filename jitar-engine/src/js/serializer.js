// The serialised encoding (spec 5): values that JSON does not have cross as tagged forms.

import { PayloadTooLarge } from "ext:jitar/errors.js";
import { Intrinsics, mapForEach, mapSet, min, objectKeys } from "ext:jitar/primordials.js";
import { Reader } from "ext:jitar/reader.js";
import { Registry } from "ext:jitar/registry.js";
import { Writer } from "ext:jitar/writer.js";

export { Registry } from "ext:jitar/registry.js";

const { Map } = Intrinsics;

/** Deeper recursion could overflow the stack, whatever the settings say. */
const MAX_DEPTH = 500;
const DEFAULT_DEPTH = 64;
const DEFAULT_NODES = 100_000;
const DEFAULT_STRING = 1 << 24;
/** Parsing digits takes more than linear time. */
const DEFAULT_BIGINT = 65_536;

/**
 * @typedef {object} SerializerOptions
 * @property {Registry} classes the classes whose instances may cross
 * @property {number} depth how deep values may be nested
 * @property {number} nodes how many objects and lists there may be in one call or result
 * @property {number} string how many characters a string may have that is read
 * @property {number} bigint how many digits a BigInt may have that is read
 * @property {boolean} trusted the other side has the trust key: it gets stack traces and may send regular expressions
 *   and fields that a class does not declare
 * @property {boolean} peer the other side is a node of ours and trusted: NaN, Infinity, -0, undefined, shared values
 *   and cycles survive, bytes are base64, and data that looks like a tagged form stays data
 * @property {boolean} opaque instances of unknown classes are carried along instead of refused (for middleware)
 * @property {Function} url the class `URL`
 */

/** @typedef {{ depth?: number, nodes?: number, string?: number, bigint?: number }} Limits */

/**
 * Makes a serializer; it is cheap and keeps nothing between calls.
 * @param {{ classes?: Registry, limits?: Limits, trusted?: boolean, peer?: boolean,
 *   opaque?: boolean, url?: Function }} [settings]
 */
export function createSerializer(settings = {}) {
  const { classes = new Registry(), limits = {}, trusted = false, peer = false, opaque = false } = settings;
  const options = {
    classes,
    depth: min(limits.depth ?? DEFAULT_DEPTH, MAX_DEPTH),
    nodes: limits.nodes ?? DEFAULT_NODES,
    string: limits.string ?? DEFAULT_STRING,
    bigint: limits.bigint ?? DEFAULT_BIGINT,
    trusted,
    peer,
    opaque,
    url: settings.url ?? globalThis.URL,
  };
  return {
    /**
     * The JSON form of a value, and whether only nodes of ours understand it.
     * @throws {ServerError} the value can not cross
     */
    write: (value) => {
      const writer = new Writer(options);
      const form = writer.run(value);
      return { form, isExtended: writer.isExtended };
    },

    /** The JSON form of a value; see `write`. */
    serialize: (value) => new Writer(options).run(value),

    /**
     * The value of a JSON form, which is used up.
     * @throws {BadRequest} malformed
     * @throws {PayloadTooLarge} over the limits
     */
    deserialize: (value) => new Reader(options).run(value),

    /**
     * The JSON forms of arguments by name, and whether only nodes of ours understand them. Absent arguments stay absent;
     * the limits are for all of them together.
     * @throws {PayloadTooLarge} over the limits
     */
    writeArguments: (args) => {
      const writer = new Writer(options, PayloadTooLarge);
      const forms = { __proto__: null };
      eachArgument(args, (value, name) => {
        if (value !== undefined) {
          forms[name] = writer.run(value);
        }
      });
      return { forms, isExtended: writer.isExtended };
    },

    /** Completes arguments in place; the limits are for all of them together. */
    deserializeArguments: (args) => {
      const reader = new Reader(options);
      eachArgument(args, (value, name) => {
        if (args instanceof Map) {
          mapSet(args, name, reader.run(value));
        } else {
          args[name] = reader.run(value);
        }
      });
      return args;
    },
  };
}

function eachArgument(args, callback) {
  if (args instanceof Map) {
    mapForEach(args, callback);
    return;
  }
  const names = objectKeys(args);
  for (let idx = 0; idx < names.length; idx++) {
    callback(args[names[idx]], names[idx]);
  }
}
