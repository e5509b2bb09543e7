// Takes the types out of every TypeScript file of a folder, as `tsc` does with `isolatedModules` and without checking:
// node transpile.mjs <node_modules> <source folder> <output folder>
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [modules, source, target] = process.argv.slice(2);
const ts = createRequire(join(modules, "x"))("typescript");
const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext, sourceMap: true };

for (const file of readdirSync(source, { recursive: true })) {
  if (!file.endsWith(".ts")) {
    continue;
  }
  const { outputText, sourceMapText } = ts.transpileModule(readFileSync(join(source, file), "utf8"), {
    compilerOptions,
    fileName: file,
  });
  const out = join(target, file.replace(/\.ts$/, ".js"));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, outputText);
  writeFileSync(`${out}.map`, sourceMapText);
}
