import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("application code that replaces intrinsics does not reach ours", () => {
  const script = fileURLToPath(new URL("tampered.mjs", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  assert.equal(stdout, "same true", stderr);
});
