// From named arguments to the positional ones of a function (spec 3.4 with the decisions of section 12).
//
// The metadata is compiled once per implementation. Plain named parameters, the usual case, are bound straight from the
// parsed JSON; everything else, errors included, takes the general way over a map of what was given.

import {
  BadRequest,
  InvalidParameterValue,
  MissingParameterValue,
  PayloadTooLarge,
  UnknownParameter,
} from "ext:jitar/errors.js";
import { ArrayParameter, ObjectParameter } from "ext:jitar/model.js";
import {
  freeze,
  hasOwn,
  Intrinsics,
  isArray,
  isFiniteNumber,
  jsonParse,
  mapForEach,
  mapGet,
  mapSet,
  objectCreate,
  objectKeys,
  regExpExec,
  setAdd,
  setHas,
  setOwn,
  slice,
  startsWith,
} from "ext:jitar/primordials.js";

const { BigInt, Map, Number, Set } = Intrinsics;
const REST = "...";
const INJECTED = "*";
const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const WHOLE = /^[+-]?[0-9]+$/;

/** More positional arguments than this could overflow the stack of the call. */
const MAX_REST_VALUES = 32768;

/** Parsing digits takes more than linear time. */
const MAX_BIGINT_DIGITS = 65_536;

/**
 * @typedef {Record<string, unknown> | unknown[] | Map<string, unknown>} Arguments names and values; a list gives the
 *   names `0`, `1` and so on
 */

/**
 * Makes the function that binds arguments for a list of parameters. `trusted` says that names which begin with `*`
 * come from middleware or from a peer with the key; then they win over plain names, else they are unknown.
 * @param {import("ext:jitar/model.js").NamedParameter[]} parameters
 * @returns {(args: Arguments, trusted?: boolean) => unknown[]} throws 400 errors of section 3.4
 */
export function prepare(parameters) {
  const plan = compile(parameters);
  const general = (args, trusted = false) => bindAll(plan, collect(plan, args, trusted));
  return plan.plain ? bindPlain(plan, general) : general;
}

/**
 * Binds once; see `prepare`.
 * @param {object[]} parameters
 * @param {Arguments} args
 * @param {boolean} [trusted]
 * @returns {unknown[]}
 */
export function bind(parameters, args, trusted = false) {
  return prepare(parameters)(args, trusted);
}

/**
 * Refuses names that begin with `*`. For arguments of untrusted callers that middleware will see: after it, such names
 * can only be middleware's own.
 * @param {Arguments} args
 * @throws {UnknownParameter}
 */
export function refuseInjected(args) {
  eachArgument(args, (_value, name) => {
    if (startsWith(name, INJECTED)) {
      throw new UnknownParameter(name);
    }
  });
}

/**
 * Reads a body: an object, or a list whose indexes are the names. No text means no arguments.
 * @param {string} text
 * @returns {Arguments}
 * @throws {BadRequest}
 */
export function fromJson(text) {
  if (text === "") {
    return {};
  }
  let args;
  try {
    args = jsonParse(text);
  } catch (error) {
    throw new BadRequest(`Invalid JSON: ${error.message}`);
  }
  if (typeof args !== "object" || args === null) {
    throw new BadRequest("Arguments must be a JSON object");
  }
  return args;
}

/**
 * Makes the function that reads query arguments for a list of parameters: text, converted where the parameter has a
 * type; a repeated name gives a list. What is read are names and values in turn.
 * @param {object[]} parameters
 * @returns {(flat: string[]) => Record<string, unknown>} throws `InvalidParameterValue`
 */
export function prepareQuery(parameters) {
  const plan = compile(parameters);
  const isText = plan.plain && !plan.typed;
  return (flat) => {
    const args = new Bare();
    for (let idx = 0; idx + 1 < flat.length; idx += 2) {
      addPair(args, flat[idx], flat[idx + 1]);
    }
    if (isText) {
      return args;
    }
    const names = objectKeys(args);
    for (let idx = 0; idx < names.length; idx++) {
      args[names[idx]] = fromText(plan, names[idx], args[names[idx]]);
    }
    return args;
  };
}

/**
 * Reads query arguments once; see `prepareQuery`.
 * @param {string[]} flat
 * @param {object[]} parameters
 */
export function fromQuery(flat, parameters) {
  return prepareQuery(parameters)(flat);
}

/** An object that inherits nothing. V8 makes a hash table of what `Object.create(null)` gives, which is slower to read. */
function Bare() {}
Bare.prototype = freeze(objectCreate(null));

// Compiling the metadata.

/** What the parameters of one function come to: nodes to walk, and every name that a caller may use. */
function compile(parameters) {
  const plan = { nodes: [], plain: true, typed: false, topLevel: new Set(), known: new Set(), types: new Map() };
  for (let idx = 0; idx < parameters.length; idx++) {
    const node = compileNode(parameters[idx], plan, []);
    plan.nodes[idx] = node;
    plan.plain &&= node.bind === bindNamed;
    setAdd(plan.topLevel, parameters[idx].name);
  }
  return plan;
}

/**
 * @param {string[]} outer takes the names that belong to the enclosing pattern
 */
function compileNode(parameter, plan, outer) {
  if (parameter instanceof ArrayParameter) {
    return compilePattern(parameter, plan, outer, bindArray, (variable) => variable);
  }
  if (parameter instanceof ObjectParameter) {
    return compilePattern(parameter, plan, outer, bindObject, (variable) =>
      isArray(variable) ? variable[1] : variable,
    );
  }
  const { name } = parameter;
  outer[outer.length] = name;
  setAdd(plan.known, name);
  if (parameter.type !== undefined) {
    mapSet(plan.types, name, parameter.type);
    plan.typed = true;
  }
  return { bind: startsWith(name, REST) ? bindRest : bindNamed, name, isOptional: parameter.isOptional };
}

function compilePattern(parameter, plan, outer, bindPattern, parameterOf) {
  const node = { bind: bindPattern, isOptional: parameter.isOptional, names: [], items: [], keys: [] };
  const { variables } = parameter;
  for (let idx = 0; idx < variables.length; idx++) {
    const inner = parameterOf(variables[idx]);
    node.items[idx] = inner === null ? null : compileNode(inner, plan, node.names);
    node.keys[idx] = isArray(variables[idx]) ? variables[idx][0] : inner?.name;
  }
  for (let idx = 0; idx < node.names.length; idx++) {
    outer[outer.length] = node.names[idx];
  }
  return node;
}

// Binding.

/** Every parameter a plain name: no map, one look at each argument. What is unusual is left to the general way. */
function bindPlain(plan, general) {
  const { nodes } = plan;
  return (args, trusted = false) => {
    if (args instanceof Map) {
      return general(args, trusted);
    }
    const values = [];
    let found = 0;
    for (let idx = 0; idx < nodes.length; idx++) {
      const { name, isOptional } = nodes[idx];
      let value;
      if (hasOwn(args, name)) {
        value = args[name];
        found++;
      }
      if (value === undefined && !isOptional) {
        return general(args, trusted);
      }
      values[idx] = value;
    }
    return objectKeys(args).length === found ? values : general(args, trusted);
  };
}

/** What was given, by plain name; injected values replace the caller's own. */
function collect(plan, args, trusted) {
  const given = new Map();
  const injected = new Map();
  eachArgument(args, (value, name) => {
    if (!trusted || !startsWith(name, INJECTED)) {
      mapSet(given, name, value);
      return;
    }
    const target = slice(name, INJECTED.length);
    if (setHas(plan.topLevel, target)) {
      mapSet(injected, target, value);
    }
  });
  mapForEach(injected, (value, name) => mapSet(given, name, value));
  return given;
}

function bindAll(plan, given) {
  const { nodes } = plan;
  const values = [];
  for (let idx = 0; idx < nodes.length; idx++) {
    const node = nodes[idx];
    if (node.bind === bindRest) {
      appendRest(values, node, given);
    } else {
      values[values.length] = node.bind(node, given);
    }
  }
  mapForEach(given, (_value, name) => {
    if (!setHas(plan.known, name)) {
      throw new UnknownParameter(name);
    }
  });
  return values;
}

function bindNamed(node, given) {
  const value = mapGet(given, node.name);
  if (value === undefined && !node.isOptional) {
    throw new MissingParameterValue(node.name);
  }
  return value;
}

/** The collected object of a rest member; `undefined` when there is none. */
function bindRest(node, given) {
  const value = mapGet(given, node.name);
  if (value !== undefined && (typeof value !== "object" || value === null)) {
    throw new InvalidParameterValue(node.name);
  }
  return value;
}

function appendRest(values, node, given) {
  const rest = bindRest(node, given);
  if (rest === undefined) {
    return;
  }
  if (!isArray(rest)) {
    throw new InvalidParameterValue(node.name);
  }
  if (rest.length > MAX_REST_VALUES) {
    throw new PayloadTooLarge(`Too many values for parameter '${node.name}'`);
  }
  for (let idx = 0; idx < rest.length; idx++) {
    values[values.length] = rest[idx];
  }
}

function bindArray(node, given) {
  if (isLeftOut(node, given)) {
    return undefined;
  }
  const values = [];
  for (let idx = 0; idx < node.items.length; idx++) {
    const item = node.items[idx];
    if (item !== null && item.bind === bindRest) {
      appendRest(values, item, given);
    } else {
      values[idx] = item === null ? undefined : item.bind(item, given);
    }
  }
  return values;
}

/** Builds exactly what was given, so that the pattern's own defaults apply to the rest. */
function bindObject(node, given) {
  if (isLeftOut(node, given)) {
    return undefined;
  }
  const record = {};
  for (let idx = 0; idx < node.items.length; idx++) {
    const item = node.items[idx];
    const value = item.bind(item, given);
    if (value === undefined) {
      continue;
    }
    if (item.bind === bindRest) {
      copyRest(record, node, value);
    } else {
      setOwn(record, node.keys[idx], value);
    }
  }
  return record;
}

/** Members that the pattern names can not come out of its rest object. */
function copyRest(record, node, rest) {
  const keys = objectKeys(rest);
  for (let idx = 0; idx < keys.length; idx++) {
    if (!includes(node.keys, keys[idx])) {
      setOwn(record, keys[idx], rest[keys[idx]]);
    }
  }
}

function includes(list, value) {
  for (let idx = 0; idx < list.length; idx++) {
    if (list[idx] === value) {
      return true;
    }
  }
  return false;
}

function isLeftOut(node, given) {
  if (!node.isOptional) {
    return false;
  }
  for (let idx = 0; idx < node.names.length; idx++) {
    if (isGiven(node.names[idx], mapGet(given, node.names[idx]))) {
      return false;
    }
  }
  return true;
}

/** Stubs send an empty rest value when they got none. */
function isGiven(name, value) {
  if (startsWith(name, REST) && typeof value === "object" && value !== null) {
    return objectKeys(value).length !== 0;
  }
  return value !== undefined;
}

/** Goes through arguments in whatever form they are. */
export function eachArgument(args, callback) {
  if (args instanceof Map) {
    mapForEach(args, callback);
    return;
  }
  const names = objectKeys(args);
  for (let idx = 0; idx < names.length; idx++) {
    callback(args[names[idx]], names[idx]);
  }
}

// Query arguments.

function addPair(args, name, text) {
  const present = args[name];
  if (present === undefined) {
    args[name] = text;
  } else if (isArray(present)) {
    present[present.length] = text;
  } else {
    args[name] = [present, text];
  }
}

function fromText(plan, name, value) {
  const type = mapGet(plan.types, name);
  if (!startsWith(name, REST) || !setHas(plan.known, name)) {
    return convert(name, type, value);
  }
  const values = isArray(value) ? value : [value];
  for (let idx = 0; idx < values.length; idx++) {
    values[idx] = convert(name, type, values[idx]);
  }
  return values;
}

/** A list (a repeated name) fits none of the types. */
function convert(name, type, text) {
  switch (type) {
    case undefined:
      return text;
    case "number":
      if (typeof text === "string" && regExpExec(DECIMAL, text) !== null && isFiniteNumber(Number(text))) {
        return Number(text);
      }
      break;
    case "boolean":
      if (text === "true" || text === "false") {
        return text === "true";
      }
      break;
    case "bigint":
      if (typeof text === "string" && text.length > MAX_BIGINT_DIGITS) {
        throw new PayloadTooLarge(`Parameter '${name}' can not have more than ${MAX_BIGINT_DIGITS} digits`);
      }
      if (typeof text === "string" && regExpExec(WHOLE, text) !== null) {
        return BigInt(startsWith(text, "+") ? slice(text, 1) : text);
      }
      break;
  }
  throw new InvalidParameterValue(name);
}
