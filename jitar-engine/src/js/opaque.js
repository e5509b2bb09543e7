// Instances of classes that this unit does not have, on their way through middleware: carried as they came (spec 12).

import { isObject } from "ext:jitar/primordials.js";

let rawOf;
let isOpaque;

/** Serialised data that only its receiver understands. */
export class Opaque {
  #raw;

  static {
    isOpaque = (value) => isObject(value) && #raw in value;
    rawOf = (opaque) => opaque.#raw;
  }

  /** @param {object} raw the tagged form, untouched */
  constructor(raw) {
    this.#raw = raw;
  }
}

export { isOpaque, rawOf };
