// Lets node resolve the specifiers that the modules have inside V8: `ext:jitar/x.js` is the file beside this folder, and the
// few functions of the engine's core that tested modules use are made of Node's own.

import { register } from "node:module";

const core = `
  import * as buffer from "ext:jitar/web/buffer.js";
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  export const core = {
    encode: (text) => encoder.encode(text),
    decode: (bytes) => decoder.decode(bytes),
    loadExtScript: () => globalThis,
    createLazyLoader: () => () => buffer,
  };`;
const resolver = `
  const folder = ${JSON.stringify(new URL("../", import.meta.url).href)};
  const core = "data:text/javascript," + ${JSON.stringify(encodeURIComponent(core))};
  export function resolve(specifier, context, next) {
    if (specifier === "ext:core/mod.js") return { url: core, format: "module", shortCircuit: true };
    return specifier.startsWith("ext:jitar/")
      ? { url: folder + specifier.slice("ext:jitar/".length), format: "module", shortCircuit: true }
      : next(specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(resolver)}`);
