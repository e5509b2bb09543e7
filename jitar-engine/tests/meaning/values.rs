//! Values that modules make while they are evaluated, and what is left of them in a service.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "buffers that grow, and buffers that were given away",
        modules: &[(
            "m.js",
            "const growing = new ArrayBuffer(8, { maxByteLength: 16 }); const view = new Uint8Array(growing); view[7] = 7; const data = new DataView(growing);\nconst given = new ArrayBuffer(8); const lost = new Uint8Array(given); const kept = given.transfer(4);\nexport async function run() { const before = [view.length, view[7], data.byteLength, growing.resizable, growing.maxByteLength]; growing.resize(16); const after = [view.length, data.byteLength]; growing.resize(8); return [...before, ...after, lost.length, given.detached, kept.byteLength].join(); }",
        )],
        deferred: &[],
        answer: "8,7,8,true,16,16,16,0,true,4",
    },
    Case {
        name: "iterators of all kinds half-way",
        modules: &[(
            "m.js",
            "const helper = Iterator.from([1, 2, 3, 4]).map((x) => x * 2).filter((x) => x > 2); helper.next();\nconst matches = 'a1b2'.matchAll(/[a-z](\\d)/g); matches.next(); const text = 'xyz'[Symbol.iterator](); text.next();\nasync function* later() { yield 1; yield 2; } const asynchronous = later(); await asynchronous.next(); let list = null; for (let n = 0; n < 200000; n++) list = { list, n };\nexport async function run() { let length = 0; for (let at = list; at; at = at.list) length++; return [helper.next().value, matches.next().value?.[1], text.next().value, (await asynchronous.next()).value, length].join(); }",
        )],
        deferred: &[],
        answer: "6,2,y,2,200000",
    },
    // V8 hashes strings anew in each process: whatever is found by a hash must be found again.
    Case {
        name: "objects with many keys, of which some were deleted",
        modules: &[(
            "m.js",
            "const many = {}; for (let n = 0; n < 2000; n++) many['key' + n] = n; for (let n = 0; n < 1000; n++) delete many['key' + n];\nconst frozen = Object.freeze(Object.fromEntries(Array.from({ length: 300 }, (_, n) => ['f' + n, n])));\nconst bare = Object.assign(Object.create(null), { [Symbol.for('s')]: 's', ...frozen });\nexport async function run() { let sum = 0; for (let n = 0; n < 2000; n++) sum += many['key' + n] ?? 0; return [sum, Object.keys(many).length, frozen.f299, 'f5' in frozen, bare.f150, bare[Symbol.for('s')]].join(); }",
        )],
        deferred: &[],
        answer: "1499500,1000,299,true,150,s",
    },
    Case {
        name: "maps and sets by text and by object, and iterators half-way",
        modules: &[(
            "m.js",
            "const object = {}, symbol = Symbol(); const map = new Map([['a', 1], ['b', 2], [object, 3], [symbol, 4], [NaN, 5], [1.5, 6], [7n, 7]]);\nconst entries = map.entries(); entries.next(); map.delete('a'); map.set('late', 8);\nconst set = new Set(Array.from({ length: 500 }, (_, n) => 'text' + n)); const texts = set.values(); texts.next();\nconst weak = new WeakMap([[object, 'weak']]);\nexport async function run() { return [[...entries].map(([, value]) => value).join(''), map.get(object), map.get(symbol), map.get(NaN), map.get(1.5), map.get(7n), set.has('text' + 499), set.has('text500'), texts.next().value, weak.get(object)].join(); }",
        )],
        deferred: &[],
        answer: "2345678,3,4,5,6,7,true,false,text1,weak",
    },
    Case {
        name: "modules with many exports, by name and by namespace",
        modules: &[
            (
                "names.js",
                "export const a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9; export let counter = 0; export function count() { counter++; } export default class {}",
            ),
            ("again.js", "export * from './names.js'; export { a1 as first } from './names.js';"),
            (
                "m.js",
                "import * as names from './again.js'; import { a9, first, counter, count } from './again.js';\nexport async function run() { const key = 'a' + 7; count(); const late = await import('./names.js'); return [names[key], a9, first, counter === late.counter, Object.keys(names).length, 'a3' in names, typeof late.default].join(); }",
            ),
        ],
        deferred: &[],
        answer: "7,9,1,true,12,true,function",
    },
    Case {
        name: "top-level await of promises",
        modules: &[(
            "m.js",
            "const a = await Promise.resolve(1); const b = await (async () => { await null; return 2; })();\nexport async function run() { return a + b; }",
        )],
        deferred: &[],
        answer: "3",
    },
    Case {
        name: "top-level await of a thenable, for await and Promise.all",
        modules: &[(
            "m.js",
            "const parts = [await { then(done) { done('t'); } }];\nfor await (const part of (async function* () { yield 'a'; yield 'b'; })()) parts.push(part);\nparts.push(...await Promise.all([Promise.resolve('c'), 'd']), (await Promise.allSettled([Promise.reject(1)]))[0].status);\nexport async function run() { return parts.join(); }",
        )],
        deferred: &[],
        answer: "t,a,b,c,d,rejected",
    },
    Case {
        name: "an async function that stopped half-way",
        modules: &[(
            "m.js",
            "let go; const waiting = new Promise((resolve) => { go = resolve; });\nlet seen = 'before'; const task = (async () => { seen = 'during'; const value = await waiting; return value + seen; })();\nexport async function run() { go('went '); return await task; }",
        )],
        deferred: &[],
        answer: "went during",
    },
    Case {
        name: "generators half-way",
        modules: &[(
            "m.js",
            "function* count() { let n = 0; try { for (;;) { const got = yield n++; if (got) n = got; } } finally { n = -1; } }\nconst it = count(); it.next(); it.next();\nexport async function run() { return [it.next().value, it.next(10).value, it.next().value, it.return(7).value, it.next().done].join(); }",
        )],
        deferred: &[],
        answer: "2,10,11,7,true",
    },
    Case {
        name: "async generators half-way",
        modules: &[(
            "m.js",
            "async function* list() { yield 1; yield 2; yield 3; }\nconst it = list(); const first = (await it.next()).value;\nexport async function run() { return [first, (await it.next()).value, (await it.next()).value, (await it.next()).done].join(); }",
        )],
        deferred: &[],
        answer: "1,2,3,true",
    },
    Case {
        name: "iterators half-way",
        modules: &[(
            "m.js",
            "const map = new Map([['a', 1], ['b', 2], ['c', 3]]); const set = new Set(['x', 'y']);\nconst its = [map.keys(), set.values(), ['p', 'q'].values(), 'uv'[Symbol.iterator](), 'k1k2'.matchAll(/k(\\d)/g), [1, 2].values().map((n) => n * 10)];\nfor (const it of its) it.next();\nexport async function run() { map.delete('a'); map.set('d', 4); return its.map((it) => String([...it])).join('|'); }",
        )],
        deferred: &[],
        answer: "b,c,d|y|q|v|k2,2|20",
    },
    Case {
        name: "Symbol.for and own symbols",
        modules: &[(
            "m.js",
            "const known = Symbol.for('known'); const own = Symbol('own'); const thing = { [own]: 1, [known]: 2 };\nexport async function run() { return [known === Symbol.for('known'), Symbol.keyFor(known), thing[own], thing[Symbol.for('known')], own.description, own === Symbol('own')].join(); }",
        )],
        deferred: &[],
        answer: "true,known,1,2,own,false",
    },
    Case {
        name: "WeakMap and WeakSet",
        modules: &[(
            "m.js",
            "const keys = [{}, class {}, () => 1, Symbol('k')]; const weak = new WeakMap(keys.map((key, idx) => [key, idx])); const set = new WeakSet([keys[0]]);\nexport async function run() { return [...keys.map((key) => weak.get(key)), weak.has({}), set.has(keys[0]), set.has(keys[1])].join(); }",
        )],
        deferred: &[],
        answer: "0,1,2,3,false,true,false",
    },
    Case {
        name: "class statics, private members, static blocks, accessors",
        modules: &[(
            "m.js",
            "class Base { static count = 0; #secret = 1; static #all = []; static { Base.#all.push('block'); } get secret() { return this.#secret++; } static add(x) { Base.#all.push(x); Base.count++; return Base.#all.join('+'); } static has(o) { return #secret in o; } }\nclass Derived extends Base { static extra = super.add('extra'); }\nconst d = new Derived(); d.secret;\nexport async function run() { return [Base.count, Derived.count, Derived.extra, Base.add('run'), d.secret, Base.has(d), Base.has({})].join(); }",
        )],
        deferred: &[],
        answer: "1,1,block+extra,block+extra+run,2,true,false",
    },
    Case {
        name: "regular expressions with state",
        modules: &[(
            "m.js",
            "const global = /a(?<n>\\d)/g; global.exec('a1a2a3'); const sticky = /b/y; sticky.lastIndex = 2; const sets = /[\\p{L}--[a-z]]/v;\nexport async function run() { return [global.lastIndex, global.exec('a1a2a3').groups.n, sticky.test('aab'), sets.test('a'), sets.test('É'), 'x-y'.replace(/(x)-(y)/, '$2-$1'), RegExp.$1].join(); }",
        )],
        deferred: &[],
        answer: "2,2,true,false,true,y-x,x",
    },
    Case {
        name: "typed arrays, views and buffers",
        modules: &[(
            "m.js",
            "const buffer = new ArrayBuffer(16, { maxByteLength: 32 }); const view = new DataView(buffer); view.setFloat64(0, -0); view.setBigUint64(8, 2n ** 63n); buffer.resize(24);\nconst floats = Float32Array.of(0.1, NaN, Infinity); const clamped = Uint8ClampedArray.from([300, -5]); const part = new Uint16Array(buffer, 8, 2);\nexport async function run() { return [buffer.byteLength, buffer.resizable, Object.is(view.getFloat64(0), -0), view.getBigUint64(8), floats.join('/'), clamped.join('/'), part.byteOffset, part[0]].join(); }",
        )],
        deferred: &[],
        answer: "24,true,true,9223372036854775808,0.10000000149011612/NaN/Infinity,255/0,8,128",
    },
    Case {
        name: "a buffer that was given away",
        modules: &[(
            "m.js",
            "const first = new ArrayBuffer(8); new Uint8Array(first)[3] = 7; const second = first.transfer(4);\nexport async function run() { return [first.detached, first.byteLength, second.byteLength, new Uint8Array(second)[3]].join(); }",
        )],
        deferred: &[],
        answer: "true,0,4,7",
    },
    Case {
        name: "numbers, big integers and text",
        modules: &[(
            "m.js",
            "const values = [-0, NaN, 5e-324, 2 ** 53, 2n ** 200n, -1n, 'ü😀\\ud800', 'x'.repeat(70_000), `a${1}b`];\nexport async function run() { return [Object.is(values[0], -0), values[1], values[2], values[3], values[4], values[5], values[6].length, values[7].length, values[8]].join(); }",
        )],
        deferred: &[],
        answer: "true,NaN,5e-324,9007199254740992,1606938044258990275541962092341162602522202993782792835301376,-1,4,70000,a1b",
    },
    Case {
        name: "the order of keys",
        modules: &[(
            "m.js",
            "const o = { b: 1, 2: 1, a: 1, 1: 1 }; o.c = 1; delete o.b; o.b = 2; const m = new Map([['z', 1], ['y', 2]]); m.delete('z'); m.set('z', 3); const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${(i * 7919) % 2000}`, i]));\nexport async function run() { return [Object.keys(o), [...m.keys()], Object.keys(many).slice(0, 3), Object.keys(many).length, many.k1999].join(); }",
        )],
        deferred: &[],
        answer: "1,2,a,c,b,y,z,k0,k1919,k1838,2000,321",
    },
    Case {
        name: "frozen, sealed and locked objects",
        modules: &[(
            "m.js",
            "const frozen = Object.freeze({ a: [1] }); const sealed = Object.seal({ a: 1 }); const locked = Object.preventExtensions({ a: 1 });\nconst tries = (body) => { try { body(); return 'ok'; } catch (error) { return error.name; } };\nexport async function run() { return [tries(() => { frozen.a = 2; }), tries(() => frozen.a.push(2)), tries(() => { delete sealed.a; }), tries(() => { sealed.a = 2; }), tries(() => { locked.b = 1; }), Object.isFrozen(frozen), Object.isSealed(sealed)].join(); }",
        )],
        deferred: &[],
        answer: "TypeError,ok,TypeError,ok,TypeError,true,true",
    },
    Case {
        name: "proxies, getters and Reflect",
        modules: &[(
            "m.js",
            "let reads = 0; const proxy = new Proxy({}, { get(_, key) { reads++; return `get ${String(key)}`; }, has: () => true }); proxy.early; const revoked = Proxy.revocable({}, {}); revoked.revoke();\nconst lazy = { get value() { Object.defineProperty(this, 'value', { value: 'made' }); return 'first'; } }; const first = lazy.value;\nexport async function run() { let gone; try { revoked.proxy.x; } catch (error) { gone = error.name; } return [proxy.late, reads, 'x' in proxy, gone, first, lazy.value, Reflect.ownKeys(lazy)].join(); }",
        )],
        deferred: &[],
        answer: "get late,2,true,TypeError,first,made,value",
    },
    Case {
        name: "closures, bound functions and live bindings",
        modules: &[
            ("counter.js", "export let count = 0; export const increment = () => { count++; }; increment();"),
            (
                "m.js",
                "import { count, increment } from './counter.js'; import * as all from './counter.js';\nconst bound = function (a, b) { return this.x + a + b; }.bind({ x: 1 }, 2); const seen = count; increment();\nexport async function run() { increment(); return [seen, count, all.count, bound(3), Object.keys(all), Object.isExtensible(all), all[Symbol.toStringTag]].join(); }",
            ),
        ],
        deferred: &[],
        answer: "1,3,3,6,count,increment,false,Module",
    },
    Case {
        name: "template objects keep their identity",
        modules: &[(
            "m.js",
            "const tag = (strings) => strings; const make = () => tag`a${1}b`; const first = make();\nexport async function run() { return [make() === first, Object.isFrozen(first), first.raw.join('/')].join(); }",
        )],
        deferred: &[],
        answer: "true,true,a/b",
    },
    Case {
        name: "code made from text",
        modules: &[(
            "m.js",
            "const add = new Function('a', 'b', 'return a + b'); const made = (0, eval)('(x) => x * 2'); const gen = Object.getPrototypeOf(function* () {}).constructor; const g = new gen('yield 1; yield 2')(); g.next();\nexport async function run() { return [add(1, 2), made(4), add.name, add.length, g.next().value, add.toString().replace(/\\s+/g, ' ')].join(); }",
        )],
        deferred: &[],
        answer: "3,8,anonymous,2,2,function anonymous(a,b ) { return a + b }",
    },
    Case {
        name: "functions and classes as text",
        modules: &[(
            "m.js",
            "function plain(a, b = 1) { /* note */ return a; } class Named { static x = 1; method() {} } const arrow = async (x) => x;\nexport async function run() { return [plain.toString(), Named.toString(), arrow.toString(), plain.name, Named.name, arrow.name, plain.length].join(); }",
        )],
        deferred: &[],
        answer: "function plain(a, b = 1) { /* note */ return a; },class Named { static x = 1; method() {} },async (x) => x,plain,Named,arrow,1",
    },
    Case {
        name: "import.meta",
        modules: &[(
            "m.js",
            "const { url } = import.meta; const there = new URL('./data/x.txt', import.meta.url).href;\nexport async function run() { return [url, import.meta.url === url, there, typeof import.meta.main].join(); }",
        )],
        deferred: &[],
        answer: "file:///app/src/m.js,true,file:///app/src/data/x.txt,boolean",
    },
    Case {
        name: "dates of fixed instants",
        modules: &[(
            "m.js",
            "const birth = new Date('2020-02-29T12:00:00Z'); const epoch = new Date(0); const invalid = new Date(NaN); const utc = Date.UTC(2020, 1, 29); class Day extends Date { next() { return new Day(this.getTime() + 86_400_000); } }\nconst day = new Day(utc); birth.setUTCFullYear(2021);\nexport async function run() { return [birth.toISOString(), epoch.toJSON(), String(invalid.getTime()), day.next().toISOString(), day instanceof Date, day.constructor.name, Date.name, Date.length, new Date(utc) - 0 === utc, typeof Date.prototype.toLocaleString].join(); }",
        )],
        deferred: &[],
        answer: "2021-03-01T12:00:00.000Z,1970-01-01T00:00:00.000Z,NaN,2020-03-01T00:00:00.000Z,true,Day,Date,7,true,function",
    },
    Case {
        name: "the clock, captured for later",
        modules: &[(
            "m.js",
            "const nativeNow = Date.now; const { random } = Math; class Clock extends Date {} const make = () => new Clock();\nexport async function run() { const past = 1_700_000_000_000; return [nativeNow() > past, random() < 1, make().getTime() > past, Date.now === nativeNow, Date().length > 20].join(); }",
        )],
        deferred: &[],
        answer: "true,true,true,true,true",
    },
    Case {
        name: "errors that were made and caught",
        modules: &[(
            "m.js",
            "class Missing extends Error { constructor(what, options) { super(`no ${what}`, options); this.name = 'Missing'; } }\nlet caught; try { null.x; } catch (error) { caught = error; } const kept = new Missing('a', { cause: caught }); const many = new AggregateError([kept], 'many');\nexport async function run() { return [kept.name, kept.message, kept instanceof Error, kept.cause === caught, caught instanceof TypeError, caught.message, many.errors.length, Object.keys(kept), String(kept)].join(); }",
        )],
        deferred: &[],
        answer: "Missing,no a,true,true,true,Cannot read properties of null (reading 'x'),1,name,Missing: no a",
    },
    Case {
        name: "the stack of an error that was made at the top level",
        modules: &[(
            "m.js",
            "const kept = new Error('kept');\nexport async function run() { return kept.stack.split('\\n').map((line) => line.trim()).slice(0, 2).join('|'); }",
        )],
        deferred: &[],
        answer: "Error: kept|at file:///app/src/m.js:1:14",
    },
    Case {
        name: "the error classes of the runtime",
        modules: &[(
            "m.js",
            "import { NotFound, BadRequest } from 'jitar'; class Gone extends NotFound { constructor() { super('gone'); } } const gone = new Gone();\nexport async function run() { throw [gone instanceof NotFound, gone instanceof BadRequest].join() === 'true,false' ? gone : 1; }",
        )],
        deferred: &[],
        answer: "404 gone",
    },
    Case {
        name: "URLs and text coding",
        modules: &[(
            "m.js",
            "const url = new URL('https://user@example.com:8080/a/../b?x=1&x=2#h'); url.searchParams.append('y', 'ü'); const encoder = new TextEncoder(); const bytes = encoder.encode('ü€'); const decoder = new TextDecoder('utf-8', { fatal: true }); const pattern = new URLPattern({ pathname: '/books/:id' });\nexport async function run() { return [url.href, url.searchParams.getAll('x'), bytes.join('/'), decoder.decode(bytes), encoder.encode('x').length, atob(btoa('hi')), pattern.exec('https://x/books/7').pathname.groups.id].join(); }",
        )],
        deferred: &[],
        answer: "https://user@example.com:8080/b?x=1&x=2&y=%C3%BC#h,1,2,195/188/226/130/172,ü€,1,hi,7",
    },
    Case {
        name: "event targets and abort controllers",
        modules: &[(
            "m.js",
            "const heard = []; const target = new EventTarget(); target.addEventListener('ping', (event) => heard.push(event.detail)); const controller = new AbortController(); controller.signal.addEventListener('abort', () => heard.push('aborted'));\nexport async function run() { target.dispatchEvent(new CustomEvent('ping', { detail: 'pong' })); controller.abort(new Error('why')); return [heard, controller.signal.aborted, controller.signal.reason.message].join(); }",
        )],
        deferred: &[],
        answer: "pong,aborted,true,why",
    },
    Case {
        name: "a stream that was begun",
        modules: &[(
            "m.js",
            "const stream = new ReadableStream({ start(controller) { controller.enqueue('a'); controller.enqueue('b'); controller.close(); } }); const reader = stream.getReader(); const first = (await reader.read()).value;\nexport async function run() { const second = (await reader.read()).value; return [first, second, (await reader.read()).done].join(); }",
        )],
        deferred: &[],
        answer: "a,b,true",
    },
    Case {
        name: "a table of 50,000 entries",
        modules: &[(
            "m.js",
            "const table = new Map(); for (let i = 0; i < 50_000; i++) table.set(`key ${i}`, { i }); const index = Object.fromEntries([...table].slice(0, 20_000));\nexport async function run() { return [table.size, table.get('key 49999').i, index['key 19999'].i, index['key 20000'], [...table.keys()][777]].join(); }",
        )],
        deferred: &[],
        answer: "50000,49999,19999,,key 777",
    },
    Case {
        name: "groups, sorted lists and other newer functions",
        modules: &[(
            "m.js",
            "const people = [{ n: 'b', a: 2 }, { n: 'a', a: 1 }, { n: 'c', a: 2 }]; const groups = Object.groupBy(people, (p) => p.a); const sorted = people.toSorted((x, y) => x.n < y.n ? -1 : 1).map((p) => p.n); const all = await Array.fromAsync([Promise.resolve(1), 2]); const union = new Set([1, 2]).union(new Set([2, 3]));\nexport async function run() { return [Object.keys(groups), groups[2].map((p) => p.n), sorted, all, [...union], [1, 2, 3].findLast((n) => n < 3), structuredCloneable()].join(); }\nfunction structuredCloneable() { return 'x'.at(-1); }",
        )],
        deferred: &[],
        answer: "1,2,b,c,a,b,c,1,2,1,2,3,2,x",
    },
];
