import { a } from "./a.ts";
import { b, fragment } from "./b.tsx";
import { c } from "./c.mts";
import { d } from "./d.js";
import { e } from "./e.jsx";
import { f } from "./f.mjs";
import data from "./g.json" with {
    type: "json"
};
export async function everyExtension() {
    return [
        a,
        b,
        c,
        d,
        e,
        f,
        data.g,
        fragment
    ];
}
