// Runs every test beside it: `node jitar-engine/src/js/tests/run.mjs`.

import "./hook.mjs";
import { readdir } from "node:fs/promises";

for (const name of (await readdir(new URL(".", import.meta.url))).sort()) {
  if (name.endsWith(".test.mjs")) {
    await import(`./${name}`);
  }
}
