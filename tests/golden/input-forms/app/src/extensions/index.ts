import { a } from './a';
import { b, fragment } from './b.js';
import { c } from './c.mjs';
import { d } from './d';
import { e } from './e';
import { f } from './f';
import data from './g';

export async function everyExtension() {
    return [a, b, c, d, e, f, data.g, fragment];
}
