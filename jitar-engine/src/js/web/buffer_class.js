// Loads the class `Buffer` when somebody first needs it: few applications do, and its modules would make every blob larger.

import { core } from "ext:core/mod.js";

const load = core.createLazyLoader("ext:jitar/web/buffer.js");

/** The class that is the global `Buffer`. */
export function bufferClass() {
  return load().Buffer;
}
