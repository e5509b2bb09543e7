export * from "../things.ts";
export * as things from "../things.ts";
