// Lets node resolve the specifiers that the modules have inside V8: `ext:jitar/x.js` is the file beside this folder.

import { register } from "node:module";

const resolver = `
  const folder = ${JSON.stringify(new URL("../", import.meta.url).href)};
  export function resolve(specifier, context, next) {
    return specifier.startsWith("ext:jitar/")
      ? { url: folder + specifier.slice("ext:jitar/".length), format: "module", shortCircuit: true }
      : next(specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(resolver)}`);
