// Values to the JSON shapes of spec section 5.

import { formOfBuffer, formOfView } from "ext:jitar/byte_forms.js";
import { modelOf } from "ext:jitar/class_model.js";
import { isClassSource } from "ext:jitar/class_source.js";
import { hasStatus, ServerError, statusOf } from "ext:jitar/errors.js";
import { isOpaque, rawOf } from "ext:jitar/opaque.js";
import {
  bigIntToString,
  dateGetTime,
  dateToISOString,
  freeze,
  functionToString,
  getPrototypeOf,
  hasOwn,
  Intrinsics,
  isArray,
  isFiniteNumber,
  isView,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  objectIs,
  objectKeys,
  objectPrototype,
  regExpFlags,
  regExpSource,
  setForEach,
  setHas,
  setOwn,
} from "ext:jitar/primordials.js";

const { ArrayBuffer, Date, Error, Map, Object, RegExp, Set, String } = Intrinsics;

/** The built-in errors that every receiver knows, the general one last. */
export const NATIVE_ERRORS = freeze([
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Error",
]);
/** Members of an error that have a place of their own. */
const ERROR_MEMBERS = new Set(["message", "stack", "name", "cause", "errors", "code"]);

const tagged = (name) => ({ serialized: true, name });

/** Writes values; the limit of nodes is for all of them together, identifiers are for one. */
export class Writer {
  #options;
  /** For peers of ours: what was written already, with the identifier it got when it came again. */
  #seen;
  #lastId = 0;
  #nodes = 0;
  /** The objects around the one that is being written. */
  #path = [];
  #TooLarge;
  #isExtended = false;

  /**
   * @param {import("ext:jitar/serializer.js").SerializerOptions} options
   * @param {typeof Error} [TooLarge] what is thrown when the value is over the limits
   */
  constructor(options, TooLarge = ServerError) {
    this.#options = options;
    this.#TooLarge = TooLarge;
  }

  /** @param {unknown} value */
  run(value) {
    this.#seen = this.#options.peer ? new Map() : undefined;
    this.#lastId = 0;
    const output = this.#write(value, 1);
    return this.#lastId === 0 ? output : this.#markShared(output);
  }

  /** Whether something was written so far that only nodes of ours know. */
  get isExtended() {
    return this.#isExtended;
  }

  #extended(form) {
    this.#isExtended = true;
    return form;
  }

  #write(value, depth) {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return this.#options.peer && !isOrdinary(value) ? this.#extended(formOfNumber(value)) : value;
      case "undefined":
        return this.#options.peer ? this.#extended(tagged("Undefined")) : undefined;
      case "bigint":
        return { ...tagged("BigInt"), value: bigIntToString(value) };
      case "object":
        return value === null ? null : this.#writeObject(value, depth);
      default:
        return noForm(value);
    }
  }

  #writeObject(value, depth) {
    this.#count(value, depth);
    if (this.#seen === undefined) {
      return this.#dispatch(value, depth, undefined);
    }
    const seen = mapGet(this.#seen, value);
    if (seen !== undefined) {
      return this.#writeReference(seen);
    }
    const entry = { id: 0, output: undefined, isBuilding: false };
    mapSet(this.#seen, value, entry);
    entry.output = this.#dispatch(value, depth, entry);
    return entry.output;
  }

  /** Shared values are written again each time, so a small value can come to an immense form. */
  #count(value, depth) {
    const { depth: maxDepth, nodes: maxNodes } = this.#options;
    if (depth > maxDepth) {
      for (let level = 1; level < depth; level++) {
        if (this.#path[level] === value) {
          throw new ServerError("A value that contains itself can not be sent to this receiver");
        }
      }
      throw new this.#TooLarge(`Values can not be nested deeper than ${maxDepth} levels`);
    }
    if (++this.#nodes > maxNodes) {
      throw new this.#TooLarge(`There can not be more than ${maxNodes} objects and lists`);
    }
    this.#path[depth] = value;
  }

  #writeReference(entry) {
    if (entry.isBuilding) {
      throw new ServerError("An instance can not be an argument of its own constructor");
    }
    entry.id ||= ++this.#lastId;
    return this.#extended({ ...tagged("Reference"), id: entry.id });
  }

  /** Puts an identifier around everything that came again. */
  #markShared(root) {
    const ids = new Map();
    mapForEach(this.#seen, ({ id, output }) => {
      if (id !== 0) {
        mapSet(ids, output, id);
      }
    });
    const mark = (node) => {
      if (typeof node !== "object" || node === null) {
        return node;
      }
      const names = objectKeys(node);
      for (let idx = 0; idx < names.length; idx++) {
        const inner = node[names[idx]];
        const marked = mark(inner);
        if (marked !== inner) {
          node[names[idx]] = marked;
        }
      }
      return mapHas(ids, node) ? { ...tagged("Shared"), id: mapGet(ids, node), value: node } : node;
    };
    return mark(root);
  }

  #dispatch(value, depth, entry) {
    if (isArray(value)) {
      return this.#writeList(value, depth);
    }
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype || prototype === null) {
      return this.#writeRecord(value, depth);
    }
    const registered = this.#options.classes.byPrototype(prototype);
    if (registered !== undefined) {
      return this.#writeInstance(value, registered, depth, entry);
    }
    if (isView(value)) {
      return this.#writeView(value);
    }
    if (value instanceof Map) {
      return this.#writeMap(value, depth);
    }
    if (value instanceof Set) {
      const values = [];
      setForEach(value, (item) => {
        values[values.length] = this.#write(item, depth + 1);
      });
      return { ...tagged("Set"), values };
    }
    if (value instanceof Date) {
      return { ...tagged("Date"), value: this.#dateText(value) };
    }
    if (value instanceof Error) {
      return { ...tagged("Error"), type: nativeTypeOf(value), ...this.#errorMembers(value, depth) };
    }
    return this.#writeRare(value, depth);
  }

  #writeView(view) {
    const form = formOfView(view, this.#options.peer) ?? noForm(view);
    return this.#options.peer && form.name !== "Buffer" ? this.#extended(form) : form;
  }

  #writeRare(value, depth) {
    const { url } = this.#options;
    if (url !== undefined && value instanceof url) {
      return { ...tagged("Url"), value: value.href };
    }
    if (value instanceof RegExp) {
      return { ...tagged("RegExp"), source: regExpSource(value), flags: regExpFlags(value) };
    }
    if (value instanceof ArrayBuffer && this.#options.peer) {
      return this.#extended(formOfBuffer(value));
    }
    if (isOpaque(value)) {
      return rawOf(value);
    }
    const { constructor } = value;
    if (constructor === Object) {
      return this.#writeRecord(value, depth);
    }
    if (typeof constructor === "function" && isClassSource(functionToString(constructor))) {
      throw new ServerError(`The class '${constructor.name}' could not be found`);
    }
    return noForm(value);
  }

  #writeList(list, depth) {
    const items = [];
    for (let idx = 0; idx < list.length; idx++) {
      items[idx] = this.#write(list[idx], depth + 1);
    }
    return items;
  }

  /** Peers of ours learn that data which looks like a tagged form is data. */
  #writeRecord(record, depth) {
    const members = this.#writeMembers(record, depth);
    const looksTagged = this.#options.peer && hasOwn(record, "serialized") && record.serialized === true;
    return looksTagged ? this.#extended({ ...tagged("Plain"), value: members }) : members;
  }

  #writeMembers(record, depth) {
    const members = {};
    const names = objectKeys(record);
    for (let idx = 0; idx < names.length; idx++) {
      setOwn(members, names[idx], this.#write(record[names[idx]], depth + 1));
    }
    return members;
  }

  #writeMap(map, depth) {
    const keys = [];
    const values = [];
    mapForEach(map, (value, key) => {
      keys[keys.length] = this.#write(key, depth + 1);
      values[values.length] = this.#write(value, depth + 1);
    });
    return { ...tagged("Map"), entries: { keys, values } };
  }

  #dateText(date) {
    return this.#options.peer && !isFiniteNumber(dateGetTime(date)) ? this.#extended("NaN") : isoText(date);
  }

  #writeInstance(instance, { key, clazz }, depth, entry) {
    const model = modelOf(clazz);
    const form = { serialized: true, key, name: "class", args: {}, fields: {} };
    if (entry !== undefined) {
      entry.isBuilding = true;
    }
    for (let idx = 0; idx < model.parameters.length; idx++) {
      const value = model.argumentOf(instance, model.parameters[idx]);
      if (value !== undefined) {
        form.args[idx] = this.#write(value, depth + 1);
      }
    }
    if (entry !== undefined) {
      entry.isBuilding = false;
    }
    const isError = instance instanceof Error;
    model.eachField(instance, (name, value) => {
      if (!isError || !setHas(ERROR_MEMBERS, name)) {
        setOwn(form.fields, name, this.#write(value, depth + 1));
      }
    });
    if (isError) {
      form.error = this.#errorMembers(instance, depth, false);
    }
    return form;
  }

  /** What is not in the known format are extra members, which other implementations ignore. */
  #errorMembers(error, depth, withFields = true) {
    const { trusted } = this.#options;
    const members = { message: textOf(error, "message") ?? "" };
    if (trusted) {
      members.stack = textOf(error, "stack");
    }
    const name = textOf(error, "name");
    if (name !== undefined && name !== nativeTypeOf(error)) {
      members.errorName = name;
    }
    if (hasStatus(error)) {
      members.status = statusOf(error);
    }
    if (hasOwn(error, "code") && (typeof error.code === "string" || typeof error.code === "number")) {
      members.code = error.code;
    }
    if (hasOwn(error, "cause")) {
      members.cause = this.#write(error.cause, depth + 1);
    }
    if (hasOwn(error, "errors") && isArray(error.errors)) {
      members.errors = this.#writeList(error.errors, depth + 1);
    }
    // Other members may hold anything, so only peers with the key get them.
    if (withFields && trusted) {
      this.#addErrorFields(error, members, depth);
    }
    return members;
  }

  #addErrorFields(error, members, depth) {
    const names = objectKeys(error);
    for (let idx = 0; idx < names.length; idx++) {
      const value = error[names[idx]];
      if (!setHas(ERROR_MEMBERS, names[idx]) && typeof value !== "function" && typeof value !== "symbol") {
        members.fields ??= {};
        setOwn(members.fields, names[idx], this.#write(value, depth + 1));
      }
    }
  }
}

function noForm(value) {
  throw new ServerError(`No serializer found for value of type '${typeof value}'`);
}

/** Whether JSON has this number. */
export function isOrdinary(value) {
  return isFiniteNumber(value) && !objectIs(value, -0);
}

function formOfNumber(value) {
  return { ...tagged("Number"), value: objectIs(value, -0) ? "-0" : String(value) };
}

function isoText(date) {
  try {
    return dateToISOString(date);
  } catch {
    throw new ServerError("Invalid time value");
  }
}

function nativeTypeOf(error) {
  for (let idx = 0; idx < NATIVE_ERRORS.length; idx++) {
    if (error instanceof Intrinsics[NATIVE_ERRORS[idx]]) {
      return NATIVE_ERRORS[idx];
    }
  }
  return "Error";
}

function textOf(error, member) {
  const value = error[member];
  return typeof value === "string" ? value : undefined;
}
