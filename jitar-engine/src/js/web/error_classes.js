// Errors that ops name and that the core does not know: without a builder, `undefined` would be thrown in their place.

import { core } from "ext:core/mod.js";
import { defineProperty, Intrinsics } from "ext:jitar/primordials.js";

const { Error } = Intrinsics;
const { DOMException, QuotaExceededError } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

/** The error of an access that the service file does not permit. */
export class PermissionDenied extends Error {
  constructor(message) {
    super(message);
    this.name = "PermissionDenied";
  }
}

function registerDomException(name) {
  core.registerErrorBuilder(`DOMException${name}`, (message) => new DOMException(message, name));
}

/** An error that only its name tells from others. */
function registerNamed(name) {
  core.registerErrorBuilder(name, (message) => {
    const error = new Error(message);
    defineProperty(error, "name", { __proto__: null, value: name, writable: true, configurable: true });
    return error;
  });
}

/** Registers all of them; called once. */
export function registerErrorClasses() {
  core.registerErrorClass("PermissionDenied", PermissionDenied);
  core.registerErrorBuilder("DOMExceptionQuotaExceededError", (message) => new QuotaExceededError(message));
  for (const name of [
    "DataError",
    "IndexSizeError",
    "InvalidAccessError",
    "InvalidCharacterError",
    "InvalidStateError",
    "NotSupportedError",
    "OperationError",
    "SyntaxError",
    "TypeMismatchError",
  ]) {
    registerDomException(name);
  }
  for (const name of [
    "AddrInUse",
    "AddrNotAvailable",
    "AlreadyExists",
    "BrokenPipe",
    "Busy",
    "ConnectionAborted",
    "ConnectionRefused",
    "ConnectionReset",
    "FilesystemLoop",
    "InvalidData",
    "IsADirectory",
    "NetworkUnreachable",
    "NotADirectory",
    "NotConnected",
    "NotFound",
    "NotSupported",
    "TimedOut",
    "UnexpectedEof",
    "WouldBlock",
    "WriteZero",
  ]) {
    registerNamed(name);
  }
}
