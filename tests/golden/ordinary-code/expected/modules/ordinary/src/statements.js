import * as ns from "./bases.js";
let x;
x = function() {
    return 'expression';
};
const made = new class {
    value = 'made';
};
new class {
};
export async function missingSemicolons() {
    let a = 1;
    let b = 2;
    const calls = [];
    const push = (value)=>calls.push(value);
    push(a);
    push(b);
    [
        3
    ].forEach(push);
    return calls;
}
export async function functionStatement() {
    return [
        x(),
        made.value
    ];
}
export async function holes() {
    let a, b;
    [a, , b] = [
        1,
        2,
        3
    ];
    return [
        a,
        b,
        [
            1,
            ,
            3
        ].length
    ];
}
class A {
    static ready;
    get = 1;
    set = 2;
    static{
        this.ready = true;
    }
    ['x']() {
        return 'computed';
    }
    static async *['y z']() {
        yield 1;
    }
}
export async function staticBlock() {
    return [
        A.ready,
        new A().get,
        new A().set
    ];
}
export async function computedMembers() {
    return [
        new A().x(),
        (await A['y z']().next()).value
    ];
}
const mixin = (Base)=>class extends Base {
        mixed = true;
    };
class B extends mixin(ns.Base) {
}
class C extends ns.Base {
}
export async function mixins() {
    return [
        new B().mixed,
        new B().base,
        new C().base
    ];
}
export async function patterns() {
    const { a: b, c: { d }, e: [[f]] } = {
        a: 1,
        c: {
            d: 2
        },
        e: [
            [
                3
            ]
        ]
    };
    return [
        b,
        d,
        f
    ];
}
export async function hashbang() {
    return 'still here';
}
export async function comments(value = 1) {
    return value;
}
