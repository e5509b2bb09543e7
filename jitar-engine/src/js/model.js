// What a registration module describes: segments with their procedures, implementations, parameters and classes
// (spec 3, 6.10).

import { InvalidVersionNumber } from "ext:jitar/errors.js";
import { Intrinsics, mapForEach, mapGet, mapHas, mapSet, regExpExec, trim } from "ext:jitar/primordials.js";

const { Map, Number, String } = Intrinsics;
const VERSION = /^([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?$/;

/** The version of an implementation: three numbers, ordered lexicographically. */
export class Version {
  #major;
  #minor;
  #patch;

  constructor(major = 0, minor = 0, patch = 0) {
    this.#major = major;
    this.#minor = minor;
    this.#patch = patch;
  }

  static get DEFAULT() {
    return new Version();
  }

  /**
   * Reads `1`, `1.2` or `1.2.3`; text of only white space is 0.0.0.
   * @param {string} text
   */
  static parse(text) {
    const source = String(text);
    if (trim(source) === "") {
      return new Version();
    }
    const match = regExpExec(VERSION, source);
    if (match === null) {
      throw new InvalidVersionNumber(source);
    }
    return new Version(Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0));
  }

  get major() {
    return this.#major;
  }

  get minor() {
    return this.#minor;
  }

  get patch() {
    return this.#patch;
  }

  equals(version) {
    return this.#compare(version) === 0;
  }

  greater(version) {
    return this.#compare(version) > 0;
  }

  less(version) {
    return this.#compare(version) < 0;
  }

  toString() {
    return `${this.#major}.${this.#minor}.${this.#patch}`;
  }

  #compare(other) {
    return this.#major - other.major || this.#minor - other.minor || this.#patch - other.patch;
  }
}

/** What every kind of parameter has. */
class Parameter {
  #name;
  #isOptional;

  constructor(name, isOptional) {
    this.#name = name;
    this.#isOptional = isOptional;
  }

  get name() {
    return this.#name;
  }

  get isOptional() {
    return this.#isOptional;
  }
}

/** `name`, `name = 1` or, with the name `...name`, a rest parameter. */
export class NamedParameter extends Parameter {
  #type;

  /**
   * @param {string} name
   * @param {boolean} [isOptional]
   * @param {"number" | "boolean" | "bigint"} [type] what the text of a query argument is converted to
   */
  constructor(name, isOptional = false, type = undefined) {
    super(name, isOptional);
    this.#type = type;
  }

  get type() {
    return this.#type;
  }
}

/** A parameter that takes a value apart. */
class DestructuredParameter extends Parameter {
  #variables;

  constructor(variables, name, isOptional) {
    super(name, isOptional);
    this.#variables = variables;
  }

  get variables() {
    return this.#variables;
  }
}

/** `[a, b = 1, ...rest]`. A hole is `null` in the list of variables. */
export class ArrayParameter extends DestructuredParameter {
  /**
   * @param {(Parameter | null)[]} variables
   * @param {string} [name]
   * @param {boolean} [isOptional]
   */
  constructor(variables, name = "(anonymous)", isOptional = false) {
    super(variables, name, isOptional);
  }
}

/**
 * `{ a, b: c, ...rest }`. The property that a member reads is its name; where the two differ (`b: c`) the list of
 * variables has the pair `["b", parameter]` instead of the parameter.
 */
export class ObjectParameter extends DestructuredParameter {
  /**
   * @param {(Parameter | [string, Parameter])[]} variables
   * @param {string} [name]
   * @param {boolean} [isOptional]
   */
  constructor(variables, name = "(anonymous)", isOptional = false) {
    super(variables, name, isOptional);
  }
}

/** One version of a procedure. */
export class Implementation {
  #version;
  #access;
  #parameters;
  #executable;

  /**
   * @param {Version} version
   * @param {"private" | "protected" | "public"} access
   * @param {Parameter[]} parameters
   * @param {Function} executable
   */
  constructor(version, access, parameters, executable) {
    this.#version = version;
    this.#access = access;
    this.#parameters = parameters;
    this.#executable = executable;
  }

  get version() {
    return this.#version;
  }

  get access() {
    return this.#access;
  }

  get public() {
    return this.#access === "public";
  }

  get protected() {
    return this.#access === "protected";
  }

  get private() {
    return this.#access === "private";
  }

  get parameters() {
    return this.#parameters;
  }

  get executable() {
    return this.#executable;
  }
}

/** All implementations of one FQN. */
export class Procedure {
  #fqn;
  #implementations = [];

  /** @param {string} fqn */
  constructor(fqn) {
    this.#fqn = fqn;
  }

  get fqn() {
    return this.#fqn;
  }

  get public() {
    return this.#has("public");
  }

  get protected() {
    return this.#has("protected");
  }

  /** In definition order. */
  get implementations() {
    return this.#implementations;
  }

  /** @param {Implementation} implementation */
  addImplementation(implementation) {
    this.#implementations[this.#implementations.length] = implementation;
    return this;
  }

  /**
   * The implementation that serves a requested version: the greatest that is not greater. 0.0.0 means "unversioned",
   * and gets the lowest version when there is nothing that old.
   * @param {Version} version
   * @returns {Implementation | undefined}
   */
  getImplementation(version) {
    let best;
    let lowest;
    for (let idx = 0; idx < this.#implementations.length; idx++) {
      const candidate = this.#implementations[idx];
      if (lowest === undefined || candidate.version.less(lowest.version)) {
        lowest = candidate;
      }
      if (!candidate.version.greater(version) && (best === undefined || candidate.version.greater(best.version))) {
        best = candidate;
      }
    }
    return best ?? (version.equals(Version.DEFAULT) ? lowest : undefined);
  }

  #has(access) {
    for (let idx = 0; idx < this.#implementations.length; idx++) {
      if (this.#implementations[idx].access === access) {
        return true;
      }
    }
    return false;
  }
}

/** A class whose instances cross segments. */
export class Class {
  #fqn;
  #implementation;

  /**
   * @param {string} fqn
   * @param {Function} implementation
   */
  constructor(fqn, implementation) {
    this.#fqn = fqn;
    this.#implementation = implementation;
  }

  get fqn() {
    return this.#fqn;
  }

  get implementation() {
    return this.#implementation;
  }
}

/** What is deployed together. */
export class Segment {
  #id;
  #classes = new Map();
  #procedures = new Map();

  /** @param {string} id the segment's name */
  constructor(id) {
    this.#id = id;
  }

  get id() {
    return this.#id;
  }

  /** @param {Class} clazz */
  addClass(clazz) {
    mapSet(this.#classes, clazz.fqn, clazz);
    return this;
  }

  hasClass(fqn) {
    return mapHas(this.#classes, fqn);
  }

  getClass(fqn) {
    return mapGet(this.#classes, fqn);
  }

  /** @param {Function} implementation */
  getClassByImplementation(implementation) {
    let found;
    mapForEach(this.#classes, (clazz) => {
      if (found === undefined && clazz.implementation === implementation) {
        found = clazz;
      }
    });
    return found;
  }

  getClasses() {
    return valuesOf(this.#classes);
  }

  /** @param {Procedure} procedure */
  addProcedure(procedure) {
    mapSet(this.#procedures, procedure.fqn, procedure);
    return this;
  }

  hasProcedure(fqn) {
    return mapHas(this.#procedures, fqn);
  }

  getProcedure(fqn) {
    return mapGet(this.#procedures, fqn);
  }

  /** In definition order, private ones included. */
  getProcedures() {
    return valuesOf(this.#procedures);
  }

  /** The procedures that are reachable over the network, in definition order. */
  getExposedProcedures() {
    const exposed = [];
    mapForEach(this.#procedures, (procedure) => {
      if (procedure.public || procedure.protected) {
        exposed[exposed.length] = procedure;
      }
    });
    return exposed;
  }
}

function valuesOf(map) {
  const values = [];
  mapForEach(map, (value) => {
    values[values.length] = value;
  });
  return values;
}
