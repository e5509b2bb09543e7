import { h } from "../shared/h.ts";
export const e = h.element("e", {
    one: "1",
    two: 2
}, "jsx");
