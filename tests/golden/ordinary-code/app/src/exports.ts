// Every form of an export, from the other side.
import anonymous from './exports/anonymous';
import literal from './exports/literal';
import list from './exports/list';
import sum from './exports/sum';
import member from './exports/member';
import called from './exports/called';
import number from './exports/number';
import made from './exports/made';
import arrow from './exports/arrow';
import Anonymous from './exports/class';
import * as star from './exports/star';
import { a, b, c, d } from './exports/several';
import { e, f, g } from './exports/patterns';

export async function exportStar() {
    return [star.one, star.things.one];
}

export async function anonymousDefaults() {
    return [await anonymous(), new Anonymous().name()];
}

export async function defaultValues() {
    return [literal.value, list, sum, member, called, number, made.name, await arrow()];
}

export async function severalDeclarations() {
    return [a, b, c, d];
}

export async function patternsAndGenerators() {
    const found: number[] = [];
    for await (const value of g()) {
        found.push(value);
    }

    return [e, f, found];
}
