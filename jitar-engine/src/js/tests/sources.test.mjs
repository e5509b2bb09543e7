import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../", import.meta.url);
const sources = [...readdirSync(folder), ...readdirSync(new URL("web/", folder)).map((name) => `web/${name}`)].filter((name) => name.endsWith(".js"));

test("scripts are ASCII, which deno_core embeds without a copy and demands", () => {
  assert.ok(sources.length > 25);
  for (const name of sources) {
    assert.doesNotMatch(readFileSync(new URL(name, folder), "utf8"), /[^\0-\x7f]/, name);
  }
});

test("scripts begin with a comment that says what they are", () => {
  for (const name of sources) {
    assert.match(readFileSync(new URL(name, folder), "utf8"), /^\/\/ \w/, name);
  }
});
