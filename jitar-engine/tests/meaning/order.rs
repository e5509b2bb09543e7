//! In which order modules run, when some of them run at build time and others at start.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a module that reads the clock of performance goes on, and what it changes is known",
        modules: &[
            ("m.js", "export const start = performance.now(); export const done = typeof start;"),
            ("later.js", "export const later = new Map([['a', 1]]);"),
            ("changes.js", "globalThis.seen = process.hrtime().length;"),
            ("after.js", "export const after = [globalThis.seen];"),
            (
                "main.js",
                "import { done } from './m.js';\nimport { later } from './later.js';\nimport './changes.js';\nimport { after } from './after.js';\nexport async function run() { return [done, later.get('a'), ...after].join(); }",
            ),
        ],
        deferred: &["m.js", "changes.js", "after.js", "main.js"],
        answer: "number,1,2",
    },
    Case {
        name: "a cycle of functions",
        modules: &[
            ("even.js", "import { odd } from './odd.js'; export function even(n) { return n === 0 || odd(n - 1); }"),
            ("odd.js", "import { even } from './even.js'; export function odd(n) { return n !== 0 && even(n - 1); }"),
            (
                "m.js",
                "import { even } from './even.js'; const early = even(10);\nexport async function run() { return [early, even(7)].join(); }",
            ),
        ],
        deferred: &[],
        answer: "true,false",
    },
    Case {
        name: "a cycle that sees what is not there yet",
        modules: &[
            ("a.js", "import { b } from './b.js'; export const a = `a after ${b}`;"),
            (
                "b.js",
                "import { a } from './a.js'; let seen; try { seen = a; } catch (error) { seen = error.name; } export const b = `b saw ${seen}`;",
            ),
            ("m.js", "import { a } from './a.js';\nexport async function run() { return a; }"),
        ],
        deferred: &[],
        answer: "a after b saw ReferenceError",
    },
    Case {
        name: "a cycle with the clock in it",
        modules: &[
            (
                "a.js",
                "import { b } from './b.js'; export function a() { return b; } export const at = typeof Date.now();",
            ),
            ("b.js", "import { a } from './a.js'; export const b = typeof a;"),
            ("m.js", "import { a, at } from './a.js';\nexport async function run() { return [a(), at].join(); }"),
        ],
        deferred: &["b.js", "a.js", "m.js"],
        answer: "function,number",
    },
    Case {
        name: "what comes before a deferred module stays warm",
        modules: &[
            ("log.js", "export const log = [];"),
            ("first.js", "import { log } from './log.js'; log.push('first');"),
            ("clock.js", "import { log } from './log.js'; log.push(typeof Date.now());"),
            ("last.js", "import { log } from './log.js'; log.push('last');"),
            ("pure.js", "export const pure = [1, 2];"),
            (
                "m.js",
                "import './first.js'; import './clock.js'; import './last.js'; import { pure } from './pure.js'; import { log } from './log.js';\nexport async function run() { return [...log, ...pure].join(); }",
            ),
        ],
        deferred: &["clock.js", "last.js", "m.js"],
        answer: "first,number,last,1,2",
    },
    Case {
        name: "a deferred module that changes the global object, before one that reads it",
        modules: &[
            ("change.js", "globalThis.flag = Date.now() > 0 ? 'set' : 'unset';"),
            ("read.js", "export const read = globalThis.flag;"),
            (
                "m.js",
                "import './change.js'; import { read } from './read.js';\nexport async function run() { return read; }",
            ),
        ],
        deferred: &["change.js", "read.js", "m.js"],
        answer: "set",
    },
    Case {
        name: "a deferred module that reads the global object, before one that changes it",
        modules: &[
            ("read.js", "export const read = [typeof Date.now(), typeof globalThis.flag].join();"),
            ("change.js", "globalThis.flag = 1;"),
            (
                "m.js",
                "import { read } from './read.js'; import './change.js';\nexport async function run() { return [read, flag].join(); }",
            ),
        ],
        deferred: &["read.js", "change.js", "m.js"],
        answer: "number,undefined,1",
    },
    Case {
        name: "a deferred module that patches a prototype, before one that uses it",
        modules: &[
            (
                "patch.js",
                "console.log('patching'); Array.prototype.total = function () { return this.reduce((a, b) => a + b, 0); };",
            ),
            ("use.js", "export const total = typeof [].total === 'function' ? [1, 2].total() : 'missing';"),
            (
                "m.js",
                "import './patch.js'; import { total } from './use.js';\nexport async function run() { return total; }",
            ),
        ],
        deferred: &["patch.js", "use.js", "m.js"],
        answer: "3",
    },
    Case {
        name: "state deep in an object of the platform, changed by a deferred module",
        modules: &[
            ("change.js", "(globalThis.shared ??= {}).list = [typeof Date.now()];"),
            (
                "between.js",
                "globalThis.shared ??= {}; globalThis.shared.seen = globalThis.shared.list?.length ?? 'nothing';",
            ),
            (
                "m.js",
                "import './change.js'; import './between.js';\nexport async function run() { return JSON.stringify(shared); }",
            ),
        ],
        deferred: &["change.js", "between.js", "m.js"],
        answer: r#"{"list":["number"],"seen":1}"#,
    },
    Case {
        name: "data on the global object that a warm module made, changed by a deferred one",
        modules: &[
            ("make.js", "globalThis.registry = { names: [] };"),
            ("clock.js", "registry.names.push(typeof Date.now());"),
            ("after.js", "registry.names.push('after');"),
            (
                "m.js",
                "import './make.js'; import './clock.js'; import './after.js';\nexport async function run() { return registry.names.join(); }",
            ),
        ],
        deferred: &["clock.js", "after.js", "m.js"],
        answer: "number,after",
    },
    Case {
        name: "top-level await lets others go first",
        modules: &[
            ("log.js", "export const log = [];"),
            (
                "slow.js",
                "import { log } from './log.js'; log.push('slow begins'); await null; await null; log.push('slow ends');",
            ),
            ("quick.js", "import { log } from './log.js'; log.push('quick');"),
            (
                "m.js",
                "import './slow.js'; import './quick.js'; import { log } from './log.js';\nexport async function run() { return log.join(); }",
            ),
        ],
        deferred: &[],
        answer: "slow begins,quick,slow ends",
    },
    Case {
        name: "a deferred module that waits, beside a warm one that does not",
        modules: &[
            ("log.js", "export const log = [];"),
            (
                "slow.js",
                "import { log } from './log.js'; log.push('slow begins'); await new Promise((resolve) => setTimeout(resolve, 5)); log.push('slow ends');",
            ),
            ("quick.js", "import { log } from './log.js'; log.push('quick');"),
            (
                "m.js",
                "import './slow.js'; import './quick.js'; import { log } from './log.js';\nexport async function run() { return log.join(); }",
            ),
        ],
        deferred: &["slow.js", "quick.js", "m.js"],
        answer: "slow begins,quick,slow ends",
    },
    Case {
        name: "modules that take turns in microtasks",
        modules: &[
            ("log.js", "export const log = [];"),
            ("a.js", "import { log } from './log.js'; for (let i = 0; i < 3; i++) { log.push(`a${i}`); await null; }"),
            ("b.js", "import { log } from './log.js'; for (let i = 0; i < 3; i++) { log.push(`b${i}`); await null; }"),
            (
                "m.js",
                "import './a.js'; import './b.js'; import { log } from './log.js';\nexport async function run() { return log.join(); }",
            ),
        ],
        deferred: &[],
        answer: "a0,b0,a1,b1,a2,b2",
    },
    Case {
        name: "an import at the top level",
        modules: &[
            ("there.js", "export const there = 'there';"),
            (
                "m.js",
                "const { there } = await import('./there.js');\nexport async function run() { const again = await import('./there.js'); return [there, again.there].join(); }",
            ),
        ],
        deferred: &[],
        answer: "there,there",
    },
    Case {
        name: "an import at the top level of a module that is warm",
        modules: &[
            ("there.js", "export const there = {};"),
            (
                "m.js",
                "import { there } from './there.js'; const { there: again } = await import('./there.js');\nexport async function run() { return again === there; }",
            ),
        ],
        deferred: &[],
        answer: "true",
    },
    Case {
        name: "an import at the top level that nobody waits for comes after the others",
        modules: &[
            ("log.js", "export const log = [];"),
            ("late.js", "import { log } from './log.js'; log.push('late');"),
            ("first.js", "import { log } from './log.js'; import('./late.js'); log.push('first');"),
            ("second.js", "import { log } from './log.js'; log.push('second');"),
            (
                "m.js",
                "import './first.js'; import './second.js'; import { log } from './log.js';\nexport async function run() { await import('./late.js'); return log.join(); }",
            ),
        ],
        deferred: &[],
        answer: "first,second,late",
    },
    Case {
        name: "an import at the top level comes after modules that are deferred",
        modules: &[
            ("late.js", "globalThis.log.push('late');"),
            ("first.js", "globalThis.log = ['first']; import('./late.js');"),
            ("clock.js", "globalThis.log.push('clock' + typeof Date.now());"),
            (
                "m.js",
                "import './first.js'; import './clock.js';\nexport async function run() { await import('./late.js'); return globalThis.log.join(); }",
            ),
        ],
        deferred: &["first.js", "clock.js", "m.js"],
        answer: "first,clocknumber,late",
    },
    Case {
        name: "an import at the top level of a module that reads the clock",
        modules: &[
            ("clock.js", "export const kind = typeof Date.now();"),
            ("m.js", "const { kind } = await import('./clock.js');\nexport async function run() { return kind; }"),
        ],
        deferred: &["m.js"],
        answer: "number",
    },
    Case {
        name: "modules that change what modules before a deferred one have changed",
        modules: &[
            ("effect.js", "globalThis.effects = ['effect'];"),
            ("clock.js", "import './effect.js'; export const clock = typeof Date.now();"),
            ("pure.js", "export const pure = globalThis.effects.length;"),
            (
                "m.js",
                "import { clock } from './clock.js'; import { pure } from './pure.js';\nexport async function run() { return [clock, pure, ...globalThis.effects].join(); }",
            ),
        ],
        deferred: &["clock.js", "m.js"],
        answer: "number,1,effect",
    },
    Case {
        name: "an import while a call runs",
        modules: &[
            ("shared.js", "export const shared = { count: 0 };"),
            ("lazy.js", "import { shared } from './shared.js'; shared.count++; export const at = typeof Date.now();"),
            (
                "m.js",
                "import { shared } from './shared.js';\nexport async function run() { const before = shared.count; const { at } = await import('./lazy.js'); await import('./lazy.js'); return [before, shared.count, at].join(); }",
            ),
        ],
        deferred: &[],
        answer: "0,1,number",
    },
    Case {
        name: "a dependency that throws is an error of everybody who needs it",
        modules: &[
            ("bad.js", "export const bad = 1; throw new Error('bad');"),
            (
                "m.js",
                "let outcome; try { await import('./bad.js'); outcome = 'loaded'; } catch (error) { outcome = error.message; }\nexport async function run() { return outcome; }",
            ),
        ],
        deferred: &["m.js"],
        answer: "bad",
    },
    Case {
        name: "a module that is imported by two ways is evaluated once",
        modules: &[
            ("once.js", "globalThis.times = (globalThis.times ?? 0) + 1; export const once = {};"),
            ("left.js", "export { once as left } from './once.js';"),
            ("right.js", "export * from './once.js';"),
            (
                "m.js",
                "import { left } from './left.js'; import { once } from './right.js';\nexport async function run() { return [left === once, times].join(); }",
            ),
        ],
        deferred: &[],
        answer: "true,1",
    },
    Case {
        name: "a chain below a deferred module",
        modules: &[
            ("bottom.js", "export const bottom = { made: 'bottom' };"),
            (
                "middle.js",
                "import { bottom } from './bottom.js'; export const middle = { bottom, at: typeof Math.random() };",
            ),
            (
                "m.js",
                "import { middle } from './middle.js'; import { bottom } from './bottom.js';\nexport async function run() { return [middle.bottom === bottom, middle.at].join(); }",
            ),
        ],
        deferred: &["middle.js", "m.js"],
        answer: "true,number",
    },
];
