//! What must not break, row by row: ordinary code that the known implementation's build breaks, names of procedures, and
//! forms of input. Each row names the golden folder and the procedure that shows it, and a text of its sources; that the
//! answers are right is tested with the folder.

use std::fs;
use std::path::Path;

use jitar_tests::programs::package;
use serde_json::Value;

use crate::cases;

/// What is shown, a text that a file of the application holds, the folder, and the procedure that is called there.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// Code that a printer without a syntax tree breaks: table 2.11 of the specification, in its order.
const ORDINARY: [Row; 44] = [
    ("instanceof", "x instanceof Y", "ordinary-code", "wordOperators"),
    ("typeof", "typeof x", "ordinary-code", "wordOperators"),
    ("delete", "delete o.p", "ordinary-code", "wordOperators"),
    ("void", "void 0", "ordinary-code", "wordOperators"),
    ("unsigned shift", "a >>> 0", "ordinary-code", "shift"),
    ("minus a negative", "a - -1", "ordinary-code", "minusMinus"),
    ("namespace import", "import * as all from", "ordinary-code", "namespaceImport"),
    ("default and namespace import", "import def, * as ns from", "ordinary-code", "namespaceImport"),
    ("side effect import", "import './effect'", "ordinary-code", "sideEffect"),
    ("export all", "export * from '../things'", "ordinary-code", "exportStar"),
    ("export all as a namespace", "export * as things from '../things'", "ordinary-code", "exportStar"),
    ("anonymous default function", "export default async function () {", "ordinary-code", "anonymousDefaults"),
    ("anonymous default class", "export default class {", "ordinary-code", "anonymousDefaults"),
    ("default object", "export default { value", "ordinary-code", "defaultValues"),
    ("default array", "export default [1, 2]", "ordinary-code", "defaultValues"),
    ("default sum", "export default a + b", "ordinary-code", "defaultValues"),
    ("default member", "export default a.b", "ordinary-code", "defaultValues"),
    ("default call", "export default name()", "ordinary-code", "defaultValues"),
    ("default literal", "export default 42", "ordinary-code", "defaultValues"),
    ("default instance", "export default new X()", "ordinary-code", "defaultValues"),
    ("default arrow function", "export default async () =>", "ordinary-code", "defaultValues"),
    ("several constants", "export const a = 1, b = 2", "ordinary-code", "severalDeclarations"),
    ("several variables", "export let c = 3, d = 4", "ordinary-code", "severalDeclarations"),
    ("destructured exports", "export const { e, f } = o", "ordinary-code", "patternsAndGenerators"),
    ("exported generator", "export async function* g", "ordinary-code", "patternsAndGenerators"),
    ("top-level dynamic import", "const later = await import('./things')", "ordinary-code", "topLevelImport"),
    ("top-level import.meta.url", "const here = import.meta.url", "ordinary-code", "importMeta"),
    ("import attribute", "with { type: 'json' }", "ordinary-code", "attribute"),
    ("nested template literals", "`a ${`b  ${url} // not a comment`} c`", "ordinary-code", "nestedTemplates"),
    ("slash in a class of characters", "/[/]/", "ordinary-code", "regularExpressions"),
    ("missing semicolons", "let a = 1\n    let b = 2\n", "ordinary-code", "missingSemicolons"),
    ("assigned function", "x = function () {", "ordinary-code", "functionStatement"),
    ("new class as a statement", "\nnew class {}\n", "ordinary-code", "functionStatement"),
    ("prefix operators as statements", "++a;\n    ~a;\n    +a;", "ordinary-code", "prefixes"),
    ("prefix operators in initialisers", "const b = ~a", "ordinary-code", "prefixes"),
    ("holes", "[a, , b] =", "ordinary-code", "holes"),
    ("static block", "static {", "ordinary-code", "staticBlock"),
    ("contextual keywords as fields", "get = 1", "ordinary-code", "staticBlock"),
    ("mixins and members as parents", "extends mixin(ns.Base)", "ordinary-code", "mixins"),
    ("hash-bang", "#!/usr/bin/env node", "ordinary-code", "hashbang"),
    ("computed members", "['x']() {", "ordinary-code", "computedMembers"),
    ("nested patterns", "{ a: b, c: { d }, e: [[f]] }", "ordinary-code", "patterns"),
    ("one export under two names", "import { one, one as uno }", "ordinary-code", "twoNames"),
    ("comments", "// @vite-ignore", "ordinary-code", "comments"),
];

/// Names of procedures: the table of section 1.5, with the decision that an exported name wins over a declared one. The
/// text is the entry of the segment file.
const NAMES: [Row; 9] = [
    ("in the root", r#""./sayHello": { "default": {"#, "re-exports-and-aliases", "sayHello"),
    ("in a folder", r#""./domain/sayHello": { "sayHello": {"#, "re-exports-and-aliases", "domain/sayHello"),
    ("re-exported by an index", r#""checkSecret": {"#, "re-exports-and-aliases", "game/checkSecret"),
    ("default of an index", r#""default": {"#, "re-exports-and-aliases", "game"),
    ("re-exported with an alias", r#""check": {"#, "re-exports-and-aliases", "game/check"),
    ("renamed by the segment", r#""as": "tryLuck""#, "re-exports-and-aliases", "game/tryLuck"),
    ("renamed and versioned", r#""as": "getEmployee", "version": "2.0.0""#, "re-exports-and-aliases", "getEmployee"),
    ("almost an index", r#""./foo/myindex": { "default": {"#, "re-exports-and-aliases", "foo/run"),
    ("key with blanks and backslash", r#"" domain\\sayGoodbye.js ""#, "re-exports-and-aliases", "domain/sayBye"),
];

/// Forms of input and of procedures.
const FORMS: [Row; 62] = [
    (".ts", "export const a: string", "input-forms", "extensions/everyExtension"),
    (".tsx", "<b>tsx</b>", "input-forms", "extensions/everyExtension"),
    (".mts", "'mts' as const", "input-forms", "extensions/everyExtension"),
    (".js", "export const d = 'js'", "input-forms", "extensions/everyExtension"),
    (".jsx", "<e one=\"1\"", "input-forms", "extensions/everyExtension"),
    (".mjs", "export const f = 'mjs'", "input-forms", "extensions/everyExtension"),
    (".json", "import data from './g'", "input-forms", "extensions/everyExtension"),
    ("build.ignore", "\"ignore\": [\"**/*.test.ts\"", "input-forms", "ignored"),
    ("segment files in sub-folders", "./extensions", "input-forms", "extensions/everyExtension"),
    ("resource files in sub-folders", "[\"./memory\"]", "segmentation", "order"),
    ("tsconfig paths", "import { h } from '@shared/h'", "input-forms", "everySpecifier"),
    ("tsconfig jsx, classic", "\"jsxFactory\": \"h.element\"", "input-forms", "extensions/everyExtension"),
    ("jsx, automatic", "<Row label=\"total\"", "tsx-and-enums", "page"),
    ("package imports", "import { two } from '#numbers'", "input-forms", "everySpecifier"),
    ("index files", "import { everyExtension as same } from '.'", "input-forms", "sharedOnce"),
    ("extensionless specifiers", "import { a } from './a'", "input-forms", "extensions/everyExtension"),
    ("JSON modules", "import plain from './rows.json'", "json-module", "rows"),
    ("import attributes", "{ with: { type: 'json' } }", "input-forms", "dynamicImports"),
    ("enums", "Both = One | Two", "input-forms", "enums"),
    ("const enums", "export const enum Direction", "input-forms", "enums"),
    ("namespaces", "export namespace Inner", "input-forms", "namespaces"),
    ("standard decorators", "@watched accessor level", "input-forms", "standardDecorators"),
    ("experimental decorators", "\"experimentalDecorators\": true", "legacy-decorators", "legacyDecorators"),
    ("satisfies", "satisfies Record", "input-forms", "satisfiesAndFriends"),
    ("parameter properties", "protected readonly name", "input-forms", "parameterProperties"),
    ("using", "await using second", "input-forms", "usingDeclarations"),
    ("top-level await", "await Promise.resolve('late')", "cycles-and-top-level-await", "start"),
    ("import cycles", "import { isOdd } from './odd'", "cycles-and-top-level-await", "start"),
    ("live bindings", "export let changing", "input-forms", "cycle/liveBindings"),
    ("import.meta.url", "new URL('./pages/one.ts', import.meta.url)", "input-forms", "importMeta"),
    ("literal dynamic import", "await import('./pages/two')", "input-forms", "dynamicImports"),
    ("computed dynamic import", "import(`./pages/${name}.ts`)", "input-forms", "dynamicImports"),
    ("computed import of a segmented module", "import(`./tools/${name}.js`)", "segmentation", "computed"),
    ("export all through files", "export * from './total'", "namespace-and-export-star", "overview"),
    ("export all as", "export * as units from", "namespace-and-export-star", "overview"),
    ("aliased re-export", "export { luck as guess }", "re-exports-and-aliases", "game/tryLuck"),
    ("default re-exported twice", "export { default } from './deep/entry'", "segmentation", "shop"),
    ("default re-exported by name", "export { default as cancel }", "segmentation", "callAll"),
    ("namespace import of procedures", "import * as shop from './shop'", "segmentation", "callAll"),
    ("anonymous default procedure", "export default async function (", "arrow-and-anonymous-default", "anonymous"),
    ("anonymous arrow of an index", "export default async (a: number) => {", "arrow-and-anonymous-default", "folder"),
    ("arrow function", "export const arrow = async", "arrow-and-anonymous-default", "arrow"),
    ("function expression", "export const expression = async function", "arrow-and-anonymous-default", "expression"),
    ("assigned and exported later", "export { assigned }", "arrow-and-anonymous-default", "assigned"),
    ("rest parameter", "...others: number[]", "rest-optional-destructured", "caller/callAll"),
    ("optional parameter", "b?: number)", "rest-optional-destructured", "caller/callAll"),
    ("parameter that may be undefined", "b: number | undefined", "rest-optional-destructured", "caller/callAll"),
    ("destructured object", "({ a, b = 2 }:", "rest-optional-destructured", "caller/callAll"),
    ("destructured array", "([a, b]: number[])", "rest-optional-destructured", "caller/callAll"),
    ("rest in patterns", "{ a, ...others }", "rest-optional-destructured", "caller/callAll"),
    ("nested and renamed pattern", "{ day: { name: [first, ...others] }", "segmentation", "shop"),
    ("default that names the module's scope", "b = base + a", "rest-optional-destructured", "caller/callAll"),
    ("ESM package with exports", "from 'tiny-package/features/sub.js'", "input-forms", "everySpecifier"),
    ("package that only has effects", "import 'tiny-package/effect'", "input-forms", "sharedOnce"),
    ("CommonJS package", "import classic, { early", "commonjs-packages", "names"),
    ("fractional module", "In no segment: everything else", "segmentation", "common"),
    ("a module in two segments", "\"./tools/both\"", "segmentation", "callAll"),
    ("shared module", "import { Order } from '../model/Order'", "segmentation", "order"),
    ("class of a segment elsewhere", "placed instanceof Order", "segmentation", "order"),
    ("resource", "remembered.push", "segmentation", "callAll"),
    ("versions of one procedure", "getEmployeeV2", "versions", "getEmployee"),
    ("stack traces", "function area(width: number): never", "stack-traces", "inNamespace"),
];

#[test]
fn ordinary_code_is_shown_to_run() {
    check(&ORDINARY);
}

#[test]
fn names_of_procedures_are_shown_to_be_right() {
    check(&NAMES);
}

#[test]
fn forms_of_input_are_shown_to_run() {
    check(&FORMS);
}

/// Each row must be there to be seen: the text in the application, and a call that is answered.
#[track_caller]
fn check(rows: &[Row]) {
    let mut missing = Vec::new();
    for (what, text, case, procedure) in rows {
        let case = package().join("golden").join(case);
        if !holds(&case.join("app"), text) {
            missing.push(format!("{what}: no file of `{}` holds `{text}`", case.display()));
        }
        let calls = fs::read_to_string(case.join("calls.json")).expect("the calls of a golden folder");
        let calls: Vec<Value> = serde_json::from_str(&calls).expect("a list of calls");
        if !calls.iter().any(|call| call["procedure"] == **procedure && call["status"] == 200) {
            missing.push(format!("{what}: `{}` calls no procedure `{procedure}` that answers", case.display()));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Whether a file below the folder holds the text.
fn holds(folder: &Path, text: &str) -> bool {
    cases::in_folder(folder).iter().any(|path| {
        if path.is_dir() {
            holds(path, text)
        } else {
            fs::read_to_string(path).is_ok_and(|content| content.contains(text))
        }
    })
}
