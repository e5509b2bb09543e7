// Calls that another node executes, on their way through the middleware of this one. What nobody looks at goes on as it
// came: the arguments, the headers, the result.

import { core } from "ext:core/mod.js";
import { eachArgument, fromQuery, refuseInjected } from "ext:jitar/arguments.js";
import { isArray, jsonStringify, objectCreate, setOwn, startsWith } from "ext:jitar/primordials.js";
import { Late, lookedAtArguments, lookedAtHeaders, Response, unreadResult } from "ext:jitar/request.js";
import { BYTES, encode } from "ext:jitar/result.js";
import {
  EXTENDED_ARGUMENTS,
  EXTENDED_REPLY,
  FORMS,
  hasForms,
  passing,
  pick,
  QUERY,
  readInput,
  readValue,
  SERIALIZED,
  TRUSTED,
  VOUCHED,
  withBeside,
} from "ext:jitar/values.js";

/** Begins the names of arguments that only middleware and peers add. */
const INJECTED = "*";

/** What decides how a value is written for the caller. */
const REPLY_FORM = SERIALIZED | TRUSTED | EXTENDED_REPLY;

/** The arguments of a call, read when middleware looks at them. */
export function lateArguments(flags, input, beside) {
  return new Late(() => readPassed(flags, input, beside));
}

function readPassed(flags, input, beside) {
  const args = withBeside(readInput(flags, input, passing, untyped), beside);
  if (!(flags & VOUCHED)) refuseInjected(args);
  return args;
}

/** The values of a query whose procedure, and so the types of its parameters, is not known here. */
function untyped(flat) {
  return fromQuery(flat, []);
}

/** What middleware made of a call, for the node that executes it; `null` stands for "as it came". */
export function changesOf(flags, request) {
  const headers = lookedAtHeaders(request) ?? null;
  const args = lookedAtArguments(request);
  const changes = { json: null, pairs: null, beside: null, extended: false, injects: false, headers };
  if (args === undefined) return changes;
  eachArgument(args, (_value, name) => {
    changes.injects ||= startsWith(name, INJECTED);
  });
  if (flags & QUERY) {
    splitQuery(args, changes);
  } else if (flags & SERIALIZED) {
    const set = flags & EXTENDED_ARGUMENTS ? passing.trustedPeer : passing.trusted;
    const { forms, isExtended } = set.writeArguments(args);
    changes.json = jsonStringify(forms);
    changes.extended = isExtended;
  } else {
    const plain = objectCreate(null);
    eachArgument(args, (value, name) => setOwn(plain, name, value));
    changes.json = encode(plain).body;
  }
  return changes;
}

/** Texts stay in the query, so that they become what the parameters say; other values go beside it. */
function splitQuery(args, changes) {
  const pairs = [];
  let rest;
  eachArgument(args, (value, name) => {
    const texts = typeof value === "string" ? [value] : textsOf(value);
    for (let idx = 0; idx < texts.length; idx++) pairs[pairs.length] = [name, texts[idx]];
    if (texts.length === 0 && value !== undefined) setOwn((rest ??= objectCreate(null)), name, value);
  });
  changes.pairs = pairs;
  if (rest !== undefined) changes.beside = jsonStringify(passing.trustedPeer.writeArguments(rest).forms);
}

/** The values of a name that a query can repeat; none for what it can not carry. */
function textsOf(value) {
  if (!isArray(value) || value.length < 2) return [];
  for (let idx = 0; idx < value.length; idx++) {
    if (typeof value[idx] !== "string") return [];
  }
  return value;
}

/** A response with what the other node answered. */
export function passedResponse(fqn, flags, { status, kind, bytes, headers }) {
  const isExtended = hasForms(headers);
  const others = [];
  for (let idx = 0; idx < headers.length; idx++) {
    if (headers[idx][0] !== FORMS) others[others.length] = headers[idx];
  }
  const read = () => {
    const body = kind === BYTES ? bytes : core.decode(bytes);
    return readValue(fqn, kind, body, flags & SERIALIZED ? pick(passing, isExtended) : undefined);
  };
  return new Response(status, new Late(read, { form: flags & REPLY_FORM, kind, bytes, isExtended }), others);
}

/** The body of a response that can go on as it came, because nobody looked at it and the caller wants the same form. */
export function unreadFor(flags, response) {
  const unread = unreadResult(response);
  return unread !== undefined && unread.form === (flags & REPLY_FORM) ? unread : undefined;
}
