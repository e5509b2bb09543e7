// What of a class instance travels (spec 5.3): constructor arguments, read from members of the same names, and the
// public fields and accessor pairs that are no constructor arguments.

import { constructorParameters, declaredFields, isClassSource } from "ext:jitar/class_source.js";
import {
  apply,
  functionToString,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  Intrinsics,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  objectKeys,
  objectPrototype,
  ownKeys,
  setAdd,
  setHas,
  weakMapGet,
  weakMapSet,
} from "ext:jitar/primordials.js";

const { AggregateError, Error, Map, Set, WeakMap } = Intrinsics;
const functionPrototype = getPrototypeOf(Error);

const name = (text) => ({ kind: "name", name: text });
/** What the built-in constructors that applications extend take; others take nothing that could be read back. */
const NATIVE_PARAMETERS = new Map([
  [Error, [name("message")]],
  [AggregateError, [name("errors"), name("message")]],
]);

/** Models by class; a class's source is read once. */
const models = new WeakMap();

/**
 * @param {Function} clazz
 * @returns {ClassModel}
 */
export function modelOf(clazz) {
  let model = weakMapGet(models, clazz);
  if (model === undefined) {
    model = new ClassModel(clazz);
    weakMapSet(models, clazz, model);
  }
  return model;
}

/** How instances of one class are taken apart and put together. */
class ClassModel {
  /** @type {import("ext:jitar/class_source.js").Target[]} */
  #parameters;
  #parameterNames = new Set();
  /** Accessors by name; those of a child hide those of its parents. */
  #accessors;
  /** Names of declared fields, once they are needed. */
  #declared;
  #clazz;

  constructor(clazz) {
    this.#clazz = clazz;
    this.#parameters = effectiveParameters(clazz);
    for (let idx = 0; idx < this.#parameters.length; idx++) {
      collectNames(this.#parameters[idx], this.#parameterNames);
    }
    this.#accessors = accessorsOf(clazz.prototype);
  }

  get parameters() {
    return this.#parameters;
  }

  /** Reads the value of one constructor argument from an instance; `undefined` where no member has its name. */
  argumentOf(instance, target) {
    switch (target.kind) {
      case "name":
        return this.#read(instance, target.name);
      case "rest":
        return this.argumentOf(instance, target.target);
      case "array":
        return this.#listOf(instance, target.items);
      default:
        return this.#recordOf(instance, target.members);
    }
  }

  /** Calls back with the name and value of every field that is no constructor argument. */
  eachField(instance, callback) {
    const names = objectKeys(instance);
    for (let idx = 0; idx < names.length; idx++) {
      // A function in a field is a method in disguise, which the constructor makes again.
      if (!setHas(this.#parameterNames, names[idx]) && typeof instance[names[idx]] !== "function") {
        callback(names[idx], instance[names[idx]]);
      }
    }
    mapForEach(this.#accessors, ({ get, set }, accessor) => {
      const isField = get !== undefined && set !== undefined && !setHas(this.#parameterNames, accessor);
      if (isField && !hasOwn(instance, accessor)) {
        callback(accessor, apply(get, instance, []));
      }
    });
  }

  /**
   * Whether an instance that was just made has a field of this name that anybody may set. What a constructor makes of
   * its arguments is its own affair, unless the class declares the field as public.
   */
  hasField(instance, field) {
    if (setHas(this.#parameterNames, field)) {
      this.#declared ??= declaredFieldsOf(this.#clazz);
      return setHas(this.#declared, field) && hasOwn(instance, field);
    }
    return hasOwn(instance, field) ? typeof instance[field] !== "function" : this.setterOf(field) !== undefined;
  }

  setterOf(field) {
    return mapGet(this.#accessors, field)?.set;
  }

  /** Calls back with the place and name of every argument that is a plain name. */
  eachNamedParameter(callback) {
    for (let idx = 0; idx < this.#parameters.length; idx++) {
      if (this.#parameters[idx].kind === "name") {
        callback(idx, this.#parameters[idx].name);
      }
    }
  }

  #read(instance, member) {
    if (hasOwn(instance, member)) {
      return instance[member];
    }
    const getter = mapGet(this.#accessors, member)?.get;
    return getter === undefined ? undefined : apply(getter, instance, []);
  }

  #listOf(instance, items) {
    const values = [];
    let isFound = false;
    for (let idx = 0; idx < items.length; idx++) {
      values[idx] = items[idx] === null ? undefined : this.argumentOf(instance, items[idx]);
      isFound ||= values[idx] !== undefined;
    }
    return isFound ? values : undefined;
  }

  #recordOf(instance, members) {
    const record = { __proto__: null };
    let isFound = false;
    for (let idx = 0; idx < members.length; idx++) {
      const { key, target } = members[idx];
      const member = this.#read(instance, key);
      const value = member === undefined ? this.argumentOf(instance, target) : member;
      if (value !== undefined) {
        record[key] = value;
        isFound = true;
      }
    }
    return isFound ? record : undefined;
  }
}

/** The parameters of the constructor that runs for `new clazz()`: its own, or the nearest inherited one. */
function effectiveParameters(clazz) {
  for (let current = clazz; typeof current === "function" && current !== functionPrototype;) {
    if (mapHas(NATIVE_PARAMETERS, current)) {
      return mapGet(NATIVE_PARAMETERS, current);
    }
    const source = functionToString(current);
    const parameters = constructorParameters(source);
    if (parameters !== undefined || !isClassSource(source)) {
      return parameters ?? nativeParameters(current);
    }
    current = getPrototypeOf(current);
  }
  return [];
}

/** The names of public fields that a class and its parents declare. */
function declaredFieldsOf(clazz) {
  const names = new Set();
  for (let current = clazz; typeof current === "function" && current !== functionPrototype;) {
    const fields = declaredFields(functionToString(current));
    for (let idx = 0; idx < fields.length; idx++) {
      setAdd(names, fields[idx]);
    }
    current = getPrototypeOf(current);
  }
  return names;
}

/** `TypeError` and its like take a message. */
function nativeParameters(constructor) {
  return getPrototypeOf(constructor) === Error ? mapGet(NATIVE_PARAMETERS, Error) : [];
}

function collectNames(target, names) {
  switch (target.kind) {
    case "name":
      setAdd(names, target.name);
      break;
    case "rest":
      collectNames(target.target, names);
      break;
    case "array":
      for (let idx = 0; idx < target.items.length; idx++) {
        if (target.items[idx] !== null) {
          collectNames(target.items[idx], names);
        }
      }
      break;
    default:
      for (let idx = 0; idx < target.members.length; idx++) {
        setAdd(names, target.members[idx].key);
        collectNames(target.members[idx].target, names);
      }
  }
}

function accessorsOf(prototype) {
  const accessors = new Map();
  const hidden = new Set();
  for (let level = prototype; level !== null && level !== objectPrototype && level !== Error.prototype;) {
    const names = ownKeys(level);
    for (let idx = 0; idx < names.length; idx++) {
      const descriptor = getOwnPropertyDescriptor(level, names[idx]);
      if (typeof names[idx] === "string" && !setHas(hidden, names[idx])) {
        setAdd(hidden, names[idx]);
        if (descriptor.get !== undefined || descriptor.set !== undefined) {
          mapSet(accessors, names[idx], { get: descriptor.get, set: descriptor.set });
        }
      }
    }
    level = getPrototypeOf(level);
  }
  return accessors;
}
