import settings from "./shared/settings.mts";
import { h } from "./shared/h.ts";
import { two } from "./shared/numbers.mjs";
import hello from "./texts/hello.js";
import pkg from "../node_modules/tiny-package@1.2.3/lib/sub.js";
import inner, { sub } from "../node_modules/tiny-package@1.2.3/index.js";
import feature from "../node_modules/tiny-package@1.2.3/lib/sub.js";
import "../node_modules/tiny-package@1.2.3/effect.js";
import { everyExtension } from "./extensions/index.ts";
import { everyExtension as same } from "./index.ts";
export { everyExtension as reached };
export async function everySpecifier() {
    return [
        settings.name,
        typeof h.element,
        two,
        hello,
        pkg,
        inner,
        sub,
        feature
    ];
}
export async function sharedOnce() {
    return [
        globalThis.effects,
        feature === pkg,
        same === everyExtension
    ];
}
