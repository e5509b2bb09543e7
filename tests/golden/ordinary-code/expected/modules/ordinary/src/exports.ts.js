import anonymous from "./exports/anonymous.ts";
import literal from "./exports/literal.ts";
import list from "./exports/list.ts";
import sum from "./exports/sum.ts";
import member from "./exports/member.ts";
import called from "./exports/called.ts";
import number from "./exports/number.ts";
import made from "./exports/made.ts";
import arrow from "./exports/arrow.ts";
import Anonymous from "./exports/class.ts";
import * as star from "./exports/star.ts";
import { a, b, c, d } from "./exports/several.ts";
import { e, f, g } from "./exports/patterns.ts";
export async function exportStar() {
    return [
        star.one,
        star.things.one
    ];
}
export async function anonymousDefaults() {
    return [
        await anonymous(),
        new Anonymous().name()
    ];
}
export async function defaultValues() {
    return [
        literal.value,
        list,
        sum,
        member,
        called,
        number,
        made.name,
        await arrow()
    ];
}
export async function severalDeclarations() {
    return [
        a,
        b,
        c,
        d
    ];
}
export async function patternsAndGenerators() {
    const found = [];
    for await (const value of g()){
        found.push(value);
    }
    return [
        e,
        f,
        found
    ];
}
