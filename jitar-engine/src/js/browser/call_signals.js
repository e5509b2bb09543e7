// In place of `web/call_signals.js` in browsers: a request there belongs to no call that could be given up.

/** A signal that is never aborted. */
export function makeSignal() {
  return new AbortController().signal;
}
