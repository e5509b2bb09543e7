// Values on their way in and out of an isolate: which serialiser is for whom, and what reads inputs and replies.

import { core } from "ext:core/mod.js";
import { eachArgument, fromJson } from "ext:jitar/arguments.js";
import { RemoteError } from "ext:jitar/errors.js";
import { Intrinsics, isObject, objectCreate, setOwn } from "ext:jitar/primordials.js";
import { decode, JSON_TEXT } from "ext:jitar/result.js";
import { createSerializer, Registry } from "ext:jitar/serializer.js";

const { Error, String } = Intrinsics;

// How Rust marks a call; the numbers stand in `start.rs` too.
export const DRY = 1;
export const SERIALIZED = 2;
export const TRUSTED = 4;
export const QUERY = 8;
export const EXTENDED_REPLY = 16;
export const EXTENDED_ARGUMENTS = 32;
export const VOUCHED = 64;

/** Says that a reply has forms that only nodes of ours know; the name stands in `call.rs` too. */
export const FORMS = "x-jitar-forms";
const EXTENDED = "extended";

const BAD_GATEWAY = 502;

/** The classes of the unit. */
export const classes = new Registry();

const { URL: url } = core.loadExtScript("ext:deno_web/00_url.js");
let limits = {};

/**
 * Serialisers for callers that showed the trust key and for everybody else, each also with the forms that only nodes of ours
 * know. They are made when they are first needed: to make all of them was 2 % of the start of an isolate.
 */
class Serializers {
  #opaque;
  #made;

  constructor(opaque) {
    this.#opaque = opaque;
    this.forget();
  }

  get trusted() {
    return this.#find(0, true, false);
  }

  get open() {
    return this.#find(1, false, false);
  }

  get trustedPeer() {
    return this.#find(2, true, true);
  }

  get openPeer() {
    return this.#find(3, false, true);
  }

  /** Lets those that come be made with the limits that hold now. */
  forget() {
    this.#made = [undefined, undefined, undefined, undefined];
  }

  #find(idx, trusted, peer) {
    return (this.#made[idx] ??= createSerializer({ classes, trusted, peer, opaque: this.#opaque, url, limits }));
  }
}

/** For values of calls that are executed here, and of calls that are made here. */
export const serializers = new Serializers(false);
/** For values on their way to and from other nodes: instances of classes that this unit lacks are carried along. */
export const passing = new Serializers(true);

/**
 * Sets how large values may be; called once, when an isolate starts.
 * @param {number} depth
 * @param {number} nodes
 * @param {number} string characters
 * @param {number} bigint digits
 */
export function limitValues(depth, nodes, string, bigint) {
  limits = { depth, nodes, string, bigint };
  serializers.forget();
  passing.forget();
}

/** The serialiser for a caller, with the extended forms if the flag `extended` is set. */
export function serializerFor(flags, extended, set = serializers) {
  if (flags & extended) return flags & TRUSTED ? set.trustedPeer : set.openPeer;
  return flags & TRUSTED ? set.trusted : set.open;
}

/** The serialiser for what another node answered. */
export function pick(set, isExtended) {
  return isExtended ? set.trustedPeer : set.trusted;
}

/** What a caller sent: names and values. */
export function readInput(flags, input, set, readQuery) {
  if (input === undefined) return {};
  if (flags & QUERY) return readQuery(input);
  const args = fromJson(input);
  return flags & SERIALIZED ? serializerFor(flags, EXTENDED_ARGUMENTS, set).deserializeArguments(args) : args;
}

/** With the arguments that came beside the others, which win. */
export function withBeside(args, beside) {
  if (beside === undefined) return args;
  const all = objectCreate(null);
  eachArgument(args, (value, name) => setOwn(all, name, value));
  eachArgument(passing.trustedPeer.deserializeArguments(fromJson(beside)), (value, name) => setOwn(all, name, value));
  return all;
}

/** Names and values in turn, as pairs. */
export function pairsOf(flat) {
  const pairs = [];
  for (let idx = 0; idx + 1 < flat.length; idx += 2) pairs[pairs.length] = [flat[idx], flat[idx + 1]];
  return pairs;
}

/** Whether a reply has forms that only nodes of ours know. */
export function hasForms(headers) {
  for (let idx = 0; idx < headers.length; idx++) {
    if (headers[idx][0] === FORMS && headers[idx][1] === EXTENDED) return true;
  }
  return false;
}

/** The headers of a reply that has them. */
export function withForms(headers) {
  const all = [];
  for (let idx = 0; idx < (headers?.length ?? 0); idx++) all[idx] = headers[idx];
  all[all.length] = [FORMS, EXTENDED];
  return all;
}

/** The value of a body, with a serialiser if it is in the serialised encoding. */
export function readValue(fqn, kind, body, serializer) {
  try {
    const value = decode(kind, body);
    if (serializer === undefined || (kind !== JSON_TEXT && !isObject(value))) return value;
    return serializer.deserialize(value);
  } catch (error) {
    // The fault is that of the node that answered.
    throw new RemoteError(BAD_GATEWAY, `The reply of procedure '${fqn}' can not be read: ${messageOf(error)}`);
  }
}

/** The message of whatever was thrown. */
export function messageOf(error) {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "";
  }
}
