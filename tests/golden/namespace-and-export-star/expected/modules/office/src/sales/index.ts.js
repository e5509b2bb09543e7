export * from "./total.ts?remote";
export * from "./count.ts?remote";
export * as units from "../units.ts";
