// Errors that application code throws and catches, and the HTTP status that each of them stands for (spec 3.4, 3.5).

import { defineProperty, freeze, Intrinsics } from "ext:jitar/primordials.js";

const { Error, Object, String } = Intrinsics;

let ownStatus;

/** An error that carries its status where nobody can forge it. Not visible to applications by name. */
class StatusError extends Error {
  #status;

  static {
    ownStatus = (value) =>
      typeof value === "object" && value !== null && #status in value ? value.#status : undefined;
  }

  /**
   * @param {number} status
   * @param {string} [message]
   * @param {ErrorOptions} [options]
   */
  constructor(status, message, options) {
    super(message, options);
    this.#status = status;
  }

  /** The HTTP status. */
  get status() {
    return this.#status;
  }
}

export class BadRequest extends StatusError {
  constructor(message = "Invalid request", options) {
    super(400, message, options);
  }
}

export class Forbidden extends StatusError {
  constructor(message = "Forbidden", options) {
    super(403, message, options);
  }
}

export class NotFound extends StatusError {
  constructor(message = "Not found", options) {
    super(404, message, options);
  }
}

export class NotImplemented extends StatusError {
  constructor(message = "Not implemented", options) {
    super(501, message, options);
  }
}

export class PaymentRequired extends StatusError {
  constructor(message = "Payment required", options) {
    super(402, message, options);
  }
}

export class ServerError extends StatusError {
  constructor(message = "Server error", options) {
    super(500, message, options);
  }
}

export class Teapot extends StatusError {
  constructor(message = "I'm a teapot", options) {
    super(418, message, options);
  }
}

export class Unauthorized extends StatusError {
  constructor(message = "Unauthorized", options) {
    super(401, message, options);
  }
}

/** A private procedure was called from outside its segment. */
export class ProcedureNotAccessible extends Forbidden {
  constructor(fqn, version) {
    super(`Procedure '${fqn}' (v${version}) is not accessible`);
  }
}

export class InvalidVersionNumber extends BadRequest {
  constructor(text) {
    super(`Invalid version number '${text}'`);
  }
}

export class MissingParameterValue extends BadRequest {
  constructor(name) {
    super(`Missing value for parameter '${name}'`);
  }
}

export class InvalidParameterValue extends BadRequest {
  constructor(name) {
    super(`Invalid value for parameter '${name}'`);
  }
}

export class UnknownParameter extends BadRequest {
  constructor(name) {
    super(`Unknown parameter ${name}`);
  }
}

/** A value is deeper or has more members than the limits allow. */
export class PayloadTooLarge extends StatusError {
  constructor(message = "Payload too large", options) {
    super(413, message, options);
  }
}

/**
 * An error that happened in another process and has no class here: a peer that could not be reached, or an error class
 * of the application that is not registered. It keeps the name and the status that it had there.
 */
export class RemoteError extends StatusError {
  /**
   * @param {number} status
   * @param {string} [message]
   * @param {{ name?: string, cause?: unknown }} [options]
   */
  constructor(status, message, options) {
    super(status, message, options !== undefined && "cause" in options ? { cause: options.cause } : undefined);
    if (options?.name !== undefined) {
      hidden(this, "name", options.name);
    }
  }
}

const BY_STATUS = freeze({
  __proto__: null,
  400: BadRequest,
  401: Unauthorized,
  402: PaymentRequired,
  403: Forbidden,
  404: NotFound,
  413: PayloadTooLarge,
  418: Teapot,
  500: ServerError,
  501: NotImplemented,
});

for (const ErrorClass of [
  ...Object.values(BY_STATUS),
  ProcedureNotAccessible,
  InvalidVersionNumber,
  MissingParameterValue,
  InvalidParameterValue,
  UnknownParameter,
  RemoteError,
]) {
  hidden(ErrorClass.prototype, "name", ErrorClass.name);
}

/**
 * The status that a thrown value stands for: that of its class or of the class it extends, else 500.
 * @param {unknown} value
 * @returns {number}
 */
export function statusOf(value) {
  return ownStatus(value) ?? 500;
}

/**
 * Whether a status was given to this value by a class of ours.
 * @param {unknown} value
 */
export function hasStatus(value) {
  return ownStatus(value) !== undefined;
}

/**
 * The error that a bare message with a status becomes: always an `Error`, of the class with that status if there is
 * one.
 * @param {number} status
 * @param {unknown} message
 * @returns {Error}
 */
export function errorForStatus(status, message) {
  const text = String(message);
  const ErrorClass = BY_STATUS[status];
  return ErrorClass === undefined ? new RemoteError(status, text) : new ErrorClass(text);
}

function hidden(target, name, value) {
  defineProperty(target, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}
