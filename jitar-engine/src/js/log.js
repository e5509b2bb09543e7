// Lines for the service's log, each with the id of the request that was being answered when it was written.

import { core } from "ext:core/mod.js";
import { op_jitar_log, op_jitar_logs } from "ext:core/ops";
import { split } from "ext:jitar/primordials.js";

const { getAsyncContext } = core;

/** Levels, as `ops/log.rs` numbers them; the console has the same numbers. */
export const DEBUG = 0;
export const WARN = 2;
export const ERROR = 3;

const REQUEST_ID = "x-request-id";

/** Whether lines of a level are shown: what costs something to say need not be said then. */
export const logs = (level) => op_jitar_logs(level);

/**
 * Writes a line.
 * @param {number} level
 * @param {string} text
 */
export function log(level, text) {
  op_jitar_log(level, text, requestId(getAsyncContext()?.headers));
}

/** The id in the headers of a call, as they came: middleware may change what the request says. Empty when there is none. */
function requestId(headers) {
  if (headers === undefined) return "";
  const lines = split(headers, "\n");
  for (let idx = 0; idx + 1 < lines.length; idx += 2) {
    if (lines[idx] === REQUEST_ID) return lines[idx + 1];
  }
  return "";
}
