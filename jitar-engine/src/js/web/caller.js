// Where application code is at this moment, for messages that name the line.

import { primordials } from "ext:core/mod.js";

const { Error, RegExpPrototypeExec, SafeRegExp } = primordials;

const PLACE = new SafeRegExp(/file:\/\/\/(app\/[^\s)]+)/);
const DEPTH = 50;

/** The innermost place in a module of the application, such as `app/src/a.ts:3:7`; `undefined` when there is none. */
export function caller() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return typeof stack === "string" ? (RegExpPrototypeExec(PLACE, stack)?.[1] ?? undefined) : undefined;
}
