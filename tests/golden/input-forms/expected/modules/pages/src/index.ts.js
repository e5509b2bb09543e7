export * from "./extensions/index.ts";
