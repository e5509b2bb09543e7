import { h } from "../shared/h.ts";
export const b = h.element("b", null, "tsx");
export const fragment = h.element(h.Fragment, null, h.element("i", null, "1"), h.element("i", null, "2"));
