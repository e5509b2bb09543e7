export * from "./total.ts";
export * from "./count.ts";
export * as units from "../units.ts";
