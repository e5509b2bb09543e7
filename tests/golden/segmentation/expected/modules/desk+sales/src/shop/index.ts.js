export * from "./orders.ts";
export { default as cancel } from "./cancel.ts";
export * as helpers from "./helpers.ts";
export { default } from "./deep/entry.ts";
