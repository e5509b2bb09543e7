// What generated modules use: remote stubs call `__run`, the unit's entry hands over its segments. Application code
// cannot import this module (the build refuses it), so calling with the cluster's trust is a capability of stubs only.

export { ProcedureNotAccessible } from "ext:jitar/errors.js";
export { registerSegments, run as __run } from "ext:jitar/dispatcher.js";
