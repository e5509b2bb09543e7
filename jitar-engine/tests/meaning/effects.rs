//! What modules do to the global object and to the platform, and what they ask of the machine.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a name on the global object",
        modules: &[
            (
                "set.js",
                "globalThis.config = { level: 1 }; var hidden = 1; Object.defineProperty(globalThis, 'fixed', { value: 'f', enumerable: false });",
            ),
            (
                "m.js",
                "import './set.js';\nexport async function run() { globalThis.config.level++; return [config.level, typeof hidden, fixed, Object.keys(globalThis).includes('config'), Object.keys(globalThis).includes('fixed')].join(); }",
            ),
        ],
        deferred: &[],
        answer: "2,undefined,f,true,false",
    },
    Case {
        name: "a method on a prototype",
        modules: &[
            (
                "patch.js",
                "Object.defineProperty(Array.prototype, 'last', { value() { return this[this.length - 1]; }, writable: true, configurable: true }); String.prototype.shout = function () { return this.toUpperCase(); };",
            ),
            (
                "m.js",
                "import './patch.js'; const early = [1, 2].last();\nexport async function run() { return [early, [3, 4].last(), 'a'.shout(), Object.keys(Array.prototype).length].join(); }",
            ),
        ],
        deferred: &[],
        answer: "2,4,A,0",
    },
    Case {
        name: "a replaced intrinsic",
        modules: &[
            (
                "replace.js",
                "const parse = JSON.parse; JSON.parse = (text, ...rest) => parse(text === 'magic' ? '\"replaced\"' : text, ...rest); const { map } = Array.prototype; Array.prototype.map = function (...args) { globalThis.maps = (globalThis.maps ?? 0) + 1; return map.apply(this, args); };",
            ),
            (
                "m.js",
                "import './replace.js'; [1].map(String);\nexport async function run() { [1].map(String); return [JSON.parse('magic'), maps].join(); }",
            ),
        ],
        deferred: &[],
        answer: "replaced,2",
    },
    Case {
        name: "polyfills",
        modules: &[
            (
                "fill.js",
                "Array.prototype.at ??= () => 'filled'; if (!Array.prototype.lastOfAll) Array.prototype.lastOfAll = function () { return this.at(-1); }; globalThis.structuredClone ??= () => 'filled'; if (typeof Promise.try !== 'function') Promise.try = async (f) => f();",
            ),
            (
                "m.js",
                "import './fill.js'; const tried = await Promise.try(() => 'tried');\nexport async function run() { return [[1, 2].at(-1), [5, 6].lastOfAll(), structuredClone('cloned'), tried].join(); }",
            ),
        ],
        deferred: &["fill.js", "m.js"],
        answer: "2,6,cloned,tried",
    },
    Case {
        name: "a polyfill for what every V8 has",
        modules: &[
            (
                "fill.js",
                "if (!Array.prototype.at) Array.prototype.at = () => 'filled'; globalThis.structuredClone ??= () => 'filled'; Array.prototype.lastOfAll ??= function () { return this.at(-1); };",
            ),
            (
                "m.js",
                "import './fill.js';\nexport async function run() { return [[1, 2].at(-1), [5, 6].lastOfAll(), structuredClone('cloned')].join(); }",
            ),
        ],
        deferred: &[],
        answer: "2,6,cloned",
    },
    Case {
        name: "a polyfill that defines what V8 adds at start",
        modules: &[
            (
                "fill.js",
                "Object.defineProperty(Math, 'sumPrecise', { value: () => 'filled', configurable: true, writable: true });",
            ),
            ("m.js", "import './fill.js';\nexport async function run() { return Math.sumPrecise([1, 2]); }"),
        ],
        deferred: &["fill.js", "m.js"],
        answer: "filled",
    },
    Case {
        name: "an object of the platform that was frozen",
        modules: &[(
            "m.js",
            "Object.freeze(Promise); Object.freeze(Array);\nexport async function run() { return [Object.isFrozen(Promise), Object.isFrozen(Array), typeof Promise.try].join(); }",
        )],
        deferred: &["m.js"],
        answer: "true,true,function",
    },
    Case {
        name: "what V8 adds at start, used later",
        modules: &[(
            "m.js",
            "const { Promise: P } = globalThis; const later = () => new DisposableStack();\nexport async function run() { const all = [await P.try(() => 1), RegExp.escape('a.b'), Uint8Array.of(255).toHex(), Error.isError(new Error('x')), later().disposed, new Map().getOrInsert('k', 3)]; return all.join(); }",
        )],
        deferred: &[],
        answer: "1,\\x61\\.b,ff,true,false,3",
    },
    Case {
        name: "every name of the platform is there at build time",
        modules: &[(
            "m.js",
            r#"
function names() {
  const found = new Map();
  const visit = (holder, path) => {
    if (holder === null || (typeof holder !== "object" && typeof holder !== "function") || found.has(holder)) return;
    const keys = Reflect.ownKeys(holder);
    found.set(holder, path);
    lists[path] = keys.map(String).sort().join(" ");
    for (const key of keys) {
      if (key === "process") continue;
      const { value, get } = Object.getOwnPropertyDescriptor(holder, key);
      visit(value, `${path}.${String(key)}`);
      if (get && key !== "WebAssembly") visit(Object.getPrototypeOf(get), "Function");
    }
    visit(Object.getPrototypeOf(holder), `${path}.prototype of`);
  };
  const lists = {};
  visit(globalThis, "globalThis");
  for (const value of [function* () {}, async function* () {}, async () => {}, [].values(), new Map().keys(), new Set().keys(), ""[Symbol.iterator](), "".matchAll(/x/g), [].values().map(String)]) visit(value, Object.prototype.toString.call(value));
  return lists;
}
const early = names();
export async function run() { const late = names(); return Object.keys(early).filter((path) => early[path] !== late[path]).map((path) => `${path}: ${early[path]} | ${late[path]}`).join("; "); }"#,
        )],
        deferred: &[],
        answer: "",
    },
    Case {
        name: "plug-ins that register themselves in import order",
        modules: &[
            ("registry.js", "export const plugins = []; export const register = (name) => plugins.push(name);"),
            ("one.js", "import { register } from './registry.js'; register('one');"),
            ("two.js", "import { register } from './registry.js'; register('two');"),
            (
                "m.js",
                "import './two.js'; import './one.js'; import { plugins } from './registry.js';\nexport async function run() { return plugins.join(); }",
            ),
        ],
        deferred: &[],
        answer: "two,one",
    },
    Case {
        name: "the global object itself",
        modules: &[(
            "m.js",
            "const top = typeof this; const same = self === globalThis; Object.freeze(Object.getOwnPropertyDescriptor(globalThis, 'self'));\nexport async function run() { return [top, same, typeof Deno, typeof __bootstrap, navigator.userAgent, Object.prototype.toString.call(globalThis)].join(); }",
        )],
        deferred: &[],
        answer: "undefined,true,undefined,undefined,Jitar,[object EventTarget]",
    },
    Case {
        name: "microtasks at the top level",
        modules: &[(
            "m.js",
            "const seen = []; queueMicrotask(() => seen.push('micro')); Promise.resolve().then(() => seen.push('then')); seen.push('sync'); await null; seen.push('after');\nexport async function run() { return seen.join(); }",
        )],
        deferred: &[],
        answer: "sync,micro,then,after",
    },
    Case {
        name: "microtasks that are tried, and one that throws",
        modules: &[
            (
                "m.js",
                "export let way = 'none'; try { queueMicrotask(() => { way = 'micro'; }); } catch { way = 'other'; }\nexport const form = [queueMicrotask.name, queueMicrotask.length, Object.keys(globalThis).includes('queueMicrotask')];",
            ),
            ("bad.js", "queueMicrotask(() => { throw new Error('late'); });"),
            (
                "main.js",
                "import { way, form } from './m.js';\nimport './bad.js';\nexport async function run() { return [way, ...form].join(); }",
            ),
        ],
        deferred: &["bad.js", "main.js"],
        answer: "micro,queueMicrotask,1,true",
    },
    Case {
        name: "a timer at the top level",
        modules: &[(
            "m.js",
            "let ticked = 0; const timer = setTimeout(() => { ticked++; }, 1); await new Promise((resolve) => setTimeout(resolve, 20));\nexport async function run() { clearTimeout(timer); return ticked; }",
        )],
        deferred: &["m.js"],
        answer: "1",
    },
    Case {
        name: "the clock at the top level",
        modules: &[(
            "m.js",
            "const started = Date.now(); const later = new Date();\nexport async function run() { return [Date.now() - started < 30_000, later - started < 1000].join(); }",
        )],
        deferred: &["m.js"],
        answer: "true,true",
    },
    Case {
        name: "the clock by other names",
        modules: &[(
            "m.js",
            "const started = Reflect.construct(Date, []); const text = Reflect.apply(Date, null, []); const sub = new (class extends Date {})();\nexport async function run() { return [Date.now() - started < 30_000, text.length > 20, Date.now() - sub < 30_000].join(); }",
        )],
        deferred: &["m.js"],
        answer: "true,true,true",
    },
    Case {
        name: "the clock through Temporal",
        modules: &[(
            "m.js",
            "const started = globalThis.Temporal?.Now.instant().epochMilliseconds ?? Date.now();\nexport async function run() { return Date.now() - started < 30_000; }",
        )],
        deferred: &["m.js"],
        answer: "true",
    },
    Case {
        name: "chance at the top level",
        modules: &[(
            "m.js",
            "const seed = Math.random();\nexport async function run() { return seed >= 0 && seed < 1; }",
        )],
        deferred: &["m.js"],
        answer: "true",
    },
    Case {
        name: "the time zone at the top level",
        modules: &[(
            "m.js",
            "const local = new Date(2020, 0, 1); const hours = new Date(0).getHours(); const text = `${new Date(0)}`;\nexport async function run() { return [local.getTime() === new Date(2020, 0, 1).getTime(), hours === new Date(0).getHours(), text === String(new Date(0))].join(); }",
        )],
        deferred: &["m.js"],
        answer: "true,true,true",
    },
    Case {
        name: "text of dates, by coercion",
        modules: &[(
            "m.js",
            "const text = 'at ' + new Date(0);\nexport async function run() { return text === 'at ' + new Date(0); }",
        )],
        deferred: &["m.js"],
        answer: "true",
    },
    Case {
        name: "formats of numbers and dates",
        modules: &[(
            "m.js",
            "const number = new Intl.NumberFormat('de-DE').format(1234.5); const date = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC' }).format(new Date(0)); const plural = new Intl.PluralRules('en').select(1);\nexport async function run() { return [number, date, plural].join(' '); }",
        )],
        deferred: &["m.js"],
        answer: "1.234,5 01/01/1970 one",
    },
    Case {
        name: "the machine's locale",
        modules: &[(
            "m.js",
            "const sorted = ['b', 'a'].sort((x, y) => x.localeCompare(y)); const text = (1234.5).toLocaleString() + [1, 2].toLocaleString() + 'I'.toLocaleLowerCase();\nexport async function run() { return [sorted.join(), text === (1234.5).toLocaleString() + [1, 2].toLocaleString() + 'I'.toLocaleLowerCase()].join(); }",
        )],
        deferred: &["m.js"],
        answer: "a,b,true",
    },
    Case {
        name: "formats that are made later",
        modules: &[(
            "m.js",
            "const { NumberFormat } = Intl; const format = (n) => new NumberFormat('en-US').format(n); const isDate = Object.getOwnPropertyNames(Date).length > 3;\nexport async function run() { return [format(1234.5), isDate, new Intl.Collator('en') instanceof Intl.Collator].join(' '); }",
        )],
        deferred: &[],
        answer: "1,234.5 true true",
    },
    Case {
        name: "output at the top level",
        modules: &[(
            "m.js",
            "console.log('loading'); let tables = 0; try { console.table([{ a: 1 }]); tables++; } catch {}\nexport async function run() { return tables; }",
        )],
        deferred: &["m.js"],
        answer: "1",
    },
    Case {
        name: "output that is captured for later",
        modules: &[(
            "m.js",
            "const { log, error } = console; const logger = { info: (...args) => log('info', ...args), bad: console.error.bind(console) };\nexport async function run() { logger.info('now'); logger.bad('and now'); error('too'); return typeof logger.info; }",
        )],
        deferred: &[],
        answer: "function",
    },
    Case {
        name: "monotonic time at the top level",
        modules: &[(
            "m.js",
            "const started = performance.now();\nexport async function run() { return performance.now() >= started && performance.timeOrigin > 1_700_000_000_000; }",
        )],
        deferred: &["m.js"],
        answer: "true",
    },
    Case {
        name: "weak references",
        modules: &[(
            "m.js",
            "const target = { a: 1 }; const reference = new WeakRef(target); const registry = new FinalizationRegistry(() => {}); registry.register(target, 1);\nexport async function run() { return reference.deref() === target; }",
        )],
        deferred: &["m.js"],
        answer: "true",
    },
    Case {
        name: "shared memory and atomics",
        modules: &[(
            "m.js",
            "const shared = new Int32Array(new SharedArrayBuffer(8)); Atomics.add(shared, 0, 5);\nexport async function run() { return [Atomics.load(shared, 0), shared.buffer instanceof SharedArrayBuffer].join(); }",
        )],
        deferred: &["m.js"],
        answer: "5,true",
    },
    Case {
        name: "a WebAssembly module with its instance",
        modules: &[(
            "m.js",
            "const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11);\nconst { instance } = await WebAssembly.instantiate(bytes); const again = new WebAssembly.Instance(new WebAssembly.Module(bytes));\nexport async function run() { return [instance.exports.add(2, 3), again.exports.add(4, 5), instance instanceof WebAssembly.Instance].join(); }",
        )],
        deferred: &["m.js"],
        answer: "5,9,true",
    },
    Case {
        name: "whether there is WebAssembly",
        modules: &[(
            "m.js",
            "const there = typeof WebAssembly; const named = 'WebAssembly' in globalThis;\nexport async function run() { return [there, named].join(); }",
        )],
        deferred: &["m.js"],
        answer: "object,true",
    },
    Case {
        name: "which names there are",
        modules: &[(
            "m.js",
            "const names = Object.getOwnPropertyNames(globalThis).filter((name) => typeof name === 'string').length;\nexport async function run() { return names === Object.getOwnPropertyNames(globalThis).length; }",
        )],
        deferred: &[],
        answer: "true",
    },
    Case {
        name: "a message channel and a clone",
        modules: &[(
            "m.js",
            "const { port1, port2 } = new MessageChannel(); const got = new Promise((resolve) => { port2.onmessage = ({ data }) => resolve(data); }); port1.postMessage({ a: [1] });\nexport async function run() { const { a } = await got; port1.close(); return a[0]; }",
        )],
        deferred: &["m.js"],
        answer: "1",
    },
    Case {
        name: "a cloned value",
        modules: &[(
            "m.js",
            "const copy = structuredClone({ at: new Map([[1, new Date(0)]]), list: [1n] });\nexport async function run() { return [copy.at.get(1).toISOString(), copy.list[0], copy.at instanceof Map].join(); }",
        )],
        deferred: &[],
        answer: "1970-01-01T00:00:00.000Z,1,true",
    },
    Case {
        name: "a call to another unit at the top level",
        modules: &[
            (
                "far.js",
                "import { __run } from 'jitar:remote'; export default async function far(a) { return __run('far/far', '0.0.0', { a }, this); }",
            ),
            (
                "m.js",
                "import far from './far.js'; let outcome; try { outcome = await far(1); } catch (error) { outcome = error.message; }\nexport async function run() { return outcome; }",
            ),
        ],
        deferred: &["m.js"],
        answer: "no way to far/far",
    },
    Case {
        name: "stack traces with a limit of the program's own",
        modules: &[
            ("limit.js", "Error.stackTraceLimit = 1;"),
            (
                "m.js",
                "import './limit.js';\nconst deep = (n) => n === 0 ? new Error('deep') : deep(n - 1);\nexport async function run() { return [Error.stackTraceLimit, deep(5).stack.split('\\n').length].join(); }",
            ),
        ],
        deferred: &["limit.js", "m.js"],
        answer: "1,2",
    },
    Case {
        name: "an error at the top level",
        modules: &[("m.js", "export async function run() { return 1; }\nthrow new RangeError('not today');")],
        deferred: &["m.js"],
        answer: "RangeError: not today\n    at app/src/m.js:2:7",
    },
    Case {
        name: "a rejection that nobody handles",
        modules: &[("m.js", "Promise.reject(new Error('forgotten'));\nexport async function run() { return 1; }")],
        deferred: &["m.js"],
        answer: "Error: forgotten\n    at app/src/m.js:1:16",
    },
    Case {
        name: "a syntax error in a dependency",
        modules: &[("bad.js", "const = 1;"), ("m.js", "import './bad.js';\nexport async function run() { return 1; }")],
        deferred: &["bad.js", "m.js"],
        answer: "SyntaxError: Unexpected token '='",
    },
];
