// Word operators, signs and shifts: what a printer may glue together.
class Y {}

export async function wordOperators() {
    const x: object = new Y();
    const o: { p?: number } = { p: 1 };
    const removed = delete o.p;

    return [x instanceof Y, typeof x, removed, 'p' in o, void 0 === undefined];
}

export async function shift() {
    const a = -1;

    return a >>> 0;
}

export async function minusMinus() {
    let a = 3;

    return [a - -1, a + +1, - -a, a-- - --a];
}

export async function prefixes() {
    let a = 1;
    ++a;
    ~a;
    +a;
    const b = ~a;
    const c = +'3';

    return [a, b, c];
}

export async function nestedTemplates() {
    const url = 'http://x';

    return `a ${`b  ${url} // not a comment`} c`;
}

export async function regularExpressions() {
    return [/[/]/.test('/'), /['"`]/.test('"'), 4 / 2 / 1];
}
