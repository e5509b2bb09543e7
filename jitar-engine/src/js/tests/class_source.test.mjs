import assert from "node:assert/strict";
import { test } from "node:test";

import { constructorParameters, declaredFields, isClassSource } from "ext:jitar/class_source.js";

/** A target as text: `a`, `...a`, `[a,,b]`, `{k:a}`. */
function show(target) {
  switch (target?.kind) {
    case undefined:
      return "";
    case "name":
      return target.name;
    case "rest":
      return `...${show(target.target)}`;
    case "array":
      return `[${target.items.map(show)}]`;
    default:
      return `{${target.members.map(({ key, target: inner }) => `${key}:${show(inner)}`)}}`;
  }
}

const sources = [
  ["class A {}", undefined],
  ["class A { constructor() {} }", ""],
  ["class A{constructor(a,b){}}", "a|b"],
  ["class{constructor(a){}}", "a"],
  ["class A extends B { x = 1; constructor(a, b = 2, ...c) { super(); } }", "a|b|...c"],
  ["class A extends mixin({ a: 1, constructor(x) {} }) { constructor(y) {} }", "y"],
  ["class A extends (class { constructor(x) {} }) {}", undefined],
  ["class A { static constructor(x) {} }", undefined],
  ["class A { static constructor(x) {} constructor(y) {} }", "y"],
  ["class A { 'constructor'(q) {} }", "q"],
  ["class A { ['constructor'](q) {} }", undefined],
  ["class A { #constructor(x) {} constructor(y) {} }", "y"],
  ["class A { x = constructor(1); constructor(y) {} }", "y"],
  ["class A { x = this.constructor(1); constructor(y) {} }", "y"],
  ["class A { x = new constructor(1)\n constructor(y) {} }", "y"],
  ["class A { x = 5\n constructor(y) {} }", "y"],
  ["class A { x\n constructor(y) {} }", "y"],
  ["class A { m() { constructor(z); class B { constructor(w) {} } } constructor(y) {} }", "y"],
  ["class A { s = 'constructor(x) {'; constructor(y) {} }", "y"],
  ['class A { s = "} constructor(x) {}"; constructor(y) {} }', "y"],
  ["class A { /* constructor(x) {} */ constructor(y) {} }", "y"],
  ["class A { // constructor(x) {}\n constructor(y) {} }", "y"],
  ["class A { t = `constructor(${`}${{ a: '}' }.a}`}) {`; constructor(y) {} }", "y"],
  ["class A { t = `\\`${1 / 2}`; constructor(y) {} }", "y"],
  ["class A { r = /[/}\"'{]\\/{/g; constructor(y) {} }", "y"],
  ["class A { r = 4 / 2 / 1; q = '/'; constructor(y) {} }", "y"],
  ["class A { m() { if (a) /}'/.test(b); return /}`/ } constructor(y) {} }", "y"],
  ["class A { m() { (a) / 2; b[0] / '}'; } constructor(y) {} }", "y"],
  ["class A { get x() { return 1 } set x(v) {} static { constructor(z) } constructor(y) {} }", "y"],
  ["class A { constructor(/* a, */ b /* ) */, c // )\n) {} }", "b|c"],
  ["class A { constructor(a = f(1, ')'), b = { x: [1, 2] }, c = (q, r) => q, d = `,${1}`) {} }", "a|b|c|d"],
  [
    "class A { constructor({ a, b: c, 'd-e': f = 1, [g]: h, ...i }, [j, , k = 2, ...l]) {} }",
    "{a:a,b:c,d-e:f}|[j,,k,...l]",
  ],
  ["class A { constructor({ a: { b }, c: [d] } = {}) {} }", "{a:{b:b},c:[d]}"],
  ["class A { constructor($, _, über, $1,) {} }", "$|_|über|$1"],
  ["class /* c */ A // {\n { constructor(y) {} }", "y"],
  ["function A(a, b) { this.a = a }", "a|b"],
  ["function Error() { [native code] }", undefined],
  ["class A { constructor(", ""],
  ["class A { constructor(a = ", "a"],
  ["class A {", undefined],
];

for (const [source, expected] of sources) {
  test(`parameters of ${source}`, () => {
    assert.equal(constructorParameters(source)?.map(show).join("|"), expected);
  });
}

const fieldSources = [
  ["class A {}", ""],
  ["class A { a; b = 1; 'c-d' = 2; #e; 5 = 1; [f] = 1; static g = 1; static; get; get h() {} set h(v) {} i }", "a,b,c-d,static,get,i"],
  ["class A { a\n b\n m() { this.x = 1 } c = 1\n d = 2 }", "a,b,c,d"],
  ["class A { async = 1; async m() {} *n() {} async *o() {} static async p() {} static { this.q = 1; } r; }", "async,r"],
  ["class A { a = x in y; b = x instanceof Y; c = class Z extends W { z; }; d = function f() { e; }; f = async g => h; }", "a,b,c,d,f"],
  ["class A { a = `;${`}`}`; b = /;}/; c = '};'; d = f(1, { e: 2 }).g; h = (i) => { j; }; k = new L; }", "a,b,c,d,h,k"],
  ["class A extends mixin({ x: 1 }) { a = { b: 1 }['b']\n c; constructor(d) { e; } f }", "a,c,f"],
  ["class A { static accessor a = 1; accessor b = 2; c", "c"],
  ["class A {", ""],
  ["function f() { a; }", ""],
];

for (const [source, expected] of fieldSources) {
  test(`fields of ${source}`, () => assert.equal(declaredFields(source).join(), expected));
}

test("class sources", () => {
  for (const [source, expected] of [
    ["class A {}", true],
    ["class{}", true],
    ["class\n{}", true],
    ["classify() {}", false],
    ["function f() {}", false],
  ]) {
    assert.equal(isClassSource(source), expected, source);
  }
});

test("sources of this very folder", async () => {
  const { Segment, Version, Implementation } = await import("ext:jitar/model.js");
  const { Request } = await import("ext:jitar/request.js");
  const names = (clazz) => constructorParameters(String(clazz)).map(show).join();
  assert.deepEqual([Segment, Version, Implementation, Request].map(names), [
    "id",
    "major,minor,patch",
    "version,access,parameters,executable",
    "fqn,version,args,headers,mode",
  ]);
});
