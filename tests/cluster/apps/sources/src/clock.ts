import { order } from "./registry";

order.push("clock");

/** When the service started: not to be known while it is built. */
export const started = Date.now();
