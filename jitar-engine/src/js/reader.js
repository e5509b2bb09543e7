// The JSON shapes of spec section 5 to values.
//
// The input is fresh from JSON.parse and belongs to the reader, so lists and plain objects are completed in place. A
// tagged form whose members do not have the right types is plain data; right types with wrong content are an error.

import { bufferOfForm, dataViewOfForm, nodeBufferOfForm, viewOfForm } from "ext:jitar/byte_forms.js";
import { modelOf } from "ext:jitar/class_model.js";
import { BadRequest, errorForStatus, hasStatus, PayloadTooLarge } from "ext:jitar/errors.js";
import { Opaque } from "ext:jitar/opaque.js";
import {
  apply,
  construct,
  dateGetTime,
  defineProperty,
  getOwnPropertyDescriptor,
  hasOwn,
  Intrinsics,
  isArray,
  isFiniteNumber,
  isInteger,
  isView,
  mapGet,
  mapHas,
  mapSet,
  objectKeys,
  setAdd,
  setHas,
  setOwn,
  slice,
} from "ext:jitar/primordials.js";
import { NATIVE_ERRORS } from "ext:jitar/writer.js";

const { AggregateError, BigInt, Date, Error, Map, RegExp, Set } = Intrinsics;

/** What a form's function answers when its members do not have the right types. */
const NO_FORM = { __proto__: null };
/** Does not depend on the iterator of arrays. */
const NOTHING = { [Symbol.iterator]: () => ({ next: () => ({ done: true, value: undefined }) }) };
/** More constructor arguments could overflow the stack. */
const MAX_REST_VALUES = 32_768;
/** How much of a wrong value a message repeats. */
const MAX_QUOTED = 100;

const SPECIAL_NUMBERS = { __proto__: null, NaN, Infinity, "-Infinity": -Infinity, "-0": -0 };
const ERROR_TYPES = new Set(NATIVE_ERRORS);

/** Reads values; the limit of nodes is for all of them together, identifiers are for one. */
export class Reader {
  #options;
  #nodes = 0;
  /** For peers of ours: values by their identifiers. */
  #shared;

  /** @param {import("ext:jitar/serializer.js").SerializerOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {unknown} value */
  run(value) {
    this.#shared = this.#options.peer ? new Map() : undefined;
    return this.#read(value, 1);
  }

  #read(value, depth) {
    if (typeof value === "object" && value !== null) {
      return this.#readObject(value, depth, undefined);
    }
    return typeof value === "string" ? this.#checkString(value) : value;
  }

  /** `id` is what later references call this value. */
  #readObject(value, depth, id) {
    this.#count(depth);
    if (isView(value)) {
      // A reply of plain bytes.
      return value;
    }
    if (isArray(value)) {
      return this.#readList(value, depth, id);
    }
    if (hasOwn(value, "serialized") && value.serialized === true) {
      const result = this.#readForm(value, depth, id);
      if (result !== NO_FORM) {
        return result;
      }
    }
    return this.#readMembers(value, depth, id);
  }

  #count(depth) {
    if (depth > this.#options.depth) {
      throw new PayloadTooLarge(`Values can not be nested deeper than ${this.#options.depth} levels`);
    }
    if (++this.#nodes > this.#options.nodes) {
      throw new PayloadTooLarge(`There can not be more than ${this.#options.nodes} objects and lists`);
    }
  }

  #checkString(text) {
    if (text.length > this.#options.string) {
      throw new PayloadTooLarge(`A string can not have more than ${this.#options.string} characters`);
    }
    return text;
  }

  #register(id, object) {
    if (id !== undefined && object !== NO_FORM) {
      mapSet(this.#shared, id, object);
    }
    return object;
  }

  #readList(list, depth, id) {
    this.#register(id, list);
    for (let idx = 0; idx < list.length; idx++) {
      const item = list[idx];
      if (typeof item === "object" && item !== null) {
        list[idx] = this.#readObject(item, depth + 1, undefined);
      } else if (typeof item === "string") {
        this.#checkString(item);
      }
    }
    return list;
  }

  #readMembers(record, depth, id) {
    this.#register(id, record);
    const names = objectKeys(record);
    for (let idx = 0; idx < names.length; idx++) {
      const value = record[names[idx]];
      if (typeof value === "object" && value !== null) {
        // An own member, so this never reaches a setter of the prototype.
        record[names[idx]] = this.#readObject(value, depth + 1, undefined);
      } else if (typeof value === "string") {
        this.#checkString(value);
      }
    }
    return record;
  }

  #readForm(form, depth, id) {
    const value = own(form, "value");
    switch (own(form, "name")) {
      case "class":
        return this.#readInstance(form, depth, id);
      case "Error":
        return this.#readError(form, depth, id);
      case "Map":
        return this.#readMap(form, depth, id);
      case "Set":
        return this.#readSet(form, depth, id);
      case "Date":
        return typeof value === "string" ? this.#register(id, this.#readDate(value)) : NO_FORM;
      case "Url":
        return typeof value === "string" ? this.#register(id, this.#readUrl(value)) : NO_FORM;
      case "BigInt":
        return typeof value === "string" ? this.#readBigInt(value) : NO_FORM;
      case "RegExp":
        return this.#register(id, this.#readRegExp(form));
      case "TypedArray":
        return this.#register(id, viewOfForm(form) ?? NO_FORM);
      case "Buffer":
        return this.#register(id, nodeBufferOfForm(form) ?? NO_FORM);
      default:
        return this.#options.peer ? this.#readPeerForm(form, depth, id) : NO_FORM;
    }
  }

  /** Forms that only nodes of ours write. */
  #readPeerForm(form, depth, id) {
    const value = own(form, "value");
    switch (own(form, "name")) {
      case "ArrayBuffer":
        return this.#register(id, bufferOfForm(form) ?? NO_FORM);
      case "DataView":
        return this.#register(id, dataViewOfForm(form) ?? NO_FORM);
      case "Undefined":
        return undefined;
      case "Number":
        return typeof value === "string" && value in SPECIAL_NUMBERS ? SPECIAL_NUMBERS[value] : NO_FORM;
      case "Plain":
        return isRecord(value) ? this.#readMembers(value, depth, id) : NO_FORM;
      case "Shared":
        return typeof value === "object" && value !== null ? this.#readObject(value, depth, own(form, "id")) : NO_FORM;
      case "Reference":
        if (!mapHas(this.#shared, own(form, "id"))) {
          throw new BadRequest("Invalid reference");
        }
        return mapGet(this.#shared, own(form, "id"));
      default:
        return NO_FORM;
    }
  }

  #readMap(form, depth, id) {
    const entries = own(form, "entries");
    const keys = isRecord(entries) ? own(entries, "keys") : undefined;
    const values = isRecord(entries) ? own(entries, "values") : undefined;
    if (!isArray(keys) || !isArray(values)) {
      return NO_FORM;
    }
    const map = this.#register(id, new Map());
    for (let idx = 0; idx < keys.length; idx++) {
      const key = this.#read(keys[idx], depth + 1);
      mapSet(map, key, idx < values.length ? this.#read(values[idx], depth + 1) : undefined);
    }
    return map;
  }

  #readSet(form, depth, id) {
    const values = own(form, "values");
    if (!isArray(values)) {
      return NO_FORM;
    }
    const set = this.#register(id, new Set());
    for (let idx = 0; idx < values.length; idx++) {
      setAdd(set, this.#read(values[idx], depth + 1));
    }
    return set;
  }

  #readBigInt(text) {
    if (text.length > this.#options.bigint) {
      throw new PayloadTooLarge(`A BigInt can not have more than ${this.#options.bigint} digits`);
    }
    try {
      return BigInt(text);
    } catch {
      throw new BadRequest(`Invalid BigInt string '${quoted(text)}'`);
    }
  }

  #readDate(text) {
    const date = new Date(text);
    if (!isFiniteNumber(dateGetTime(date)) && !(this.#options.peer && text === "NaN")) {
      throw new BadRequest(`Invalid date string '${quoted(text)}'`);
    }
    return date;
  }

  #readUrl(text) {
    try {
      return construct(this.#options.url, [text]);
    } catch {
      throw new BadRequest(`Invalid url string '${quoted(text)}'`);
    }
  }

  #readRegExp(form) {
    const source = own(form, "source");
    const flags = own(form, "flags");
    if (typeof source !== "string" || typeof flags !== "string") {
      return NO_FORM;
    }
    // A hostile pattern can take for ever to match.
    if (!this.#options.trusted) {
      throw new BadRequest("Regular expressions are accepted from trusted peers only");
    }
    try {
      return new RegExp(source, flags);
    } catch {
      throw new BadRequest(`Invalid regular expression '${quoted(source)}' with flags '${quoted(flags)}'`);
    }
  }

  #readError(form, depth, id) {
    const type = own(form, "type");
    const message = own(form, "message");
    if (!setHas(ERROR_TYPES, type) || (message !== undefined && typeof message !== "string")) {
      return NO_FORM;
    }
    const error = this.#register(id, newError(type, message ?? "", own(form, "status")));
    this.#addErrorMembers(error, form, depth);
    return error;
  }

  /** In the order in which the writer writes them: a value is written before references to it. */
  #addErrorMembers(error, form, depth) {
    const errorName = own(form, "errorName");
    if (typeof errorName === "string" && errorName !== error.name) {
      defineHidden(error, "name", errorName);
    }
    const stack = own(form, "stack");
    if (this.#options.trusted && typeof stack === "string") {
      defineHidden(error, "stack", stack);
    }
    const code = own(form, "code");
    if (typeof code === "string" || typeof code === "number") {
      setOwn(error, "code", code);
    }
    if (hasOwn(form, "cause")) {
      defineHidden(error, "cause", this.#read(form.cause, depth + 1));
    }
    if (isArray(own(form, "errors"))) {
      defineHidden(error, "errors", this.#readList(form.errors, depth, undefined));
    }
    if (this.#options.trusted && isRecord(own(form, "fields"))) {
      const names = objectKeys(form.fields);
      for (let idx = 0; idx < names.length; idx++) {
        defineOwn(error, names[idx], this.#read(form.fields[names[idx]], depth + 1));
      }
    }
  }

  #readInstance(form, depth, id) {
    const key = own(form, "key");
    const args = own(form, "args");
    const fields = own(form, "fields");
    if (typeof key !== "string" || !isRecord(args) || !isRecord(fields)) {
      return NO_FORM;
    }
    const registered = this.#options.classes.byKey(key);
    if (registered === undefined) {
      return this.#readUnknownClass(form, depth, id);
    }
    const { clazz } = registered;
    if (typeof clazz !== "function") {
      throw new BadRequest(`The class '${quoted(key)}' is invalid`);
    }
    const model = modelOf(clazz);
    const values = this.#readConstructorArguments(model, args, depth);
    const instance = this.#register(
      id,
      attempt(key, () => construct(clazz, values)),
    );
    if (this.#options.trusted) {
      restoreMembers(model, instance, values);
    }
    const names = objectKeys(fields);
    for (let idx = 0; idx < names.length; idx++) {
      const value = this.#read(fields[names[idx]], depth + 1);
      attempt(key, () => this.#setField(model, instance, names[idx], value));
    }
    if (instance instanceof Error && isRecord(own(form, "error"))) {
      this.#restoreError(instance, form.error, depth);
    }
    return instance;
  }

  #readUnknownClass(form, depth, id) {
    if (!this.#options.opaque) {
      throw new BadRequest(`The class '${quoted(form.key)}' could not be found`);
    }
    this.#checkOpaque(form.args, depth + 1);
    this.#checkOpaque(form.fields, depth + 1);
    return this.#register(id, new Opaque(form));
  }

  /** What is carried along obeys the limits, too, and can not share values with what is around it. */
  #checkOpaque(raw, depth) {
    if (typeof raw !== "object" || raw === null) {
      return;
    }
    this.#count(depth);
    const name = own(raw, "serialized") === true ? own(raw, "name") : undefined;
    if (this.#options.peer && (name === "Shared" || name === "Reference")) {
      throw new BadRequest("Shared values inside an instance of an unknown class are not supported by middleware");
    }
    const names = objectKeys(raw);
    for (let idx = 0; idx < names.length; idx++) {
      this.#checkOpaque(raw[names[idx]], depth + 1);
    }
  }

  #readConstructorArguments({ parameters }, args, depth) {
    const values = [];
    for (let idx = 0; idx < parameters.length; idx++) {
      const value = hasOwn(args, idx) ? this.#read(args[idx], depth + 1) : undefined;
      if (parameters[idx].kind !== "rest" || (value !== undefined && !isArray(value))) {
        values[idx] = value;
      } else if (value !== undefined) {
        appendRest(values, value);
      }
    }
    return values;
  }

  #setField(model, instance, name, value) {
    if (name === "stack" && instance instanceof Error) {
      if (this.#options.trusted && typeof value === "string") {
        defineHidden(instance, name, value);
      }
      return;
    }
    if (!this.#options.trusted && !model.hasField(instance, name)) {
      throw new BadRequest(`Unknown field '${quoted(name)}'`);
    }
    const setter = model.setterOf(name);
    if (setter !== undefined && !hasOwn(instance, name)) {
      apply(setter, instance, [value]);
    } else if (isSettable(instance, name)) {
      defineOwn(instance, name, value);
    }
  }

  /** The members that built-in errors keep out of sight. */
  #restoreError(error, members, depth) {
    if (typeof own(members, "message") === "string" && members.message !== error.message) {
      defineHidden(error, "message", members.message);
    }
    this.#addErrorMembers(error, members, depth);
  }
}

/** Runs code of the application's class on what came from outside: if it fails, the input was wrong. */
function attempt(key, action) {
  try {
    return action();
  } catch (error) {
    if (hasStatus(error)) {
      throw error;
    }
    const reason = error instanceof Error ? `: ${error.message}` : "";
    throw new BadRequest(`Invalid instance of class '${quoted(key)}'${reason}`, { cause: error });
  }
}

/** A constructor may have changed what it was given; the sender's instance has the changed value already. */
function restoreMembers(model, instance, values) {
  model.eachNamedParameter((idx, name) => {
    const value = values[idx];
    if (value !== undefined && hasOwn(instance, name) && instance[name] !== value && isSettable(instance, name)) {
      instance[name] = value;
    }
  });
}

/** Whether an own member may be set, or made. */
function isSettable(instance, name) {
  const descriptor = getOwnPropertyDescriptor(instance, name);
  return descriptor === undefined || descriptor.writable === true;
}

/** An error of the given status has a class of ours, else the built-in type. */
function newError(type, message, status) {
  if (isInteger(status) && status >= 400 && status <= 599) {
    return errorForStatus(status, message);
  }
  return type === "AggregateError" ? new AggregateError(NOTHING, message) : new Intrinsics[type](message);
}

function appendRest(values, rest) {
  if (rest.length > MAX_REST_VALUES) {
    throw new PayloadTooLarge("Too many constructor arguments");
  }
  for (let idx = 0; idx < rest.length; idx++) {
    values[values.length] = rest[idx];
  }
}

function own(record, name) {
  return hasOwn(record, name) ? record[name] : undefined;
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !isArray(value);
}

function defineHidden(target, name, value) {
  defineProperty(target, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

function defineOwn(target, name, value) {
  defineProperty(target, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

function quoted(text) {
  return text.length > MAX_QUOTED ? `${slice(text, 0, MAX_QUOTED)}...` : text;
}
