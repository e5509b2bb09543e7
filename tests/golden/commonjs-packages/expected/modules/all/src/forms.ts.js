import classic, { early, late, missing } from "../node_modules/classic@2.0.0/lib/index.js";
import * as classicNamespace from "../node_modules/classic@2.0.0/lib/index.js";
import compiled, { named, rest } from "../node_modules/compiled@1.0.0/dist/index.cjs";
import rolled, { added } from "../node_modules/function-export@1.0.0/index.js";
import { production } from "../node_modules/environment@1.0.0/index.js";
import data from "../node_modules/classic@2.0.0/data.json" with {
    type: "json"
};
import { fromModule } from "../node_modules/dual@1.0.0/index.js";
export async function names() {
    return [
        early,
        late(),
        missing ?? 'missing',
        Object.keys(classicNamespace),
        classic === classicNamespace.default,
        named,
        rest,
        compiled.default,
        rolled('x'),
        added,
        data.value,
        production,
        fromModule
    ];
}
