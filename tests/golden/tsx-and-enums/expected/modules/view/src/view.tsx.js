import { jsx as _jsx, jsxs as _jsxs, Fragment as _Fragment } from "../node_modules/tiny@1.2.3/jsx-runtime.js";
import { Colour, Size } from "./Colour.ts";
import { Row } from "./Row.tsx";
export async function page(name) {
    return _jsxs(_Fragment, {
        children: [
            _jsx("h1", {
                children: name
            }),
            _jsx(Row, {
                label: "total",
                amount: 2
            })
        ]
    });
}
export async function paint(colour) {
    return [
        Colour[colour],
        Colour.Green,
        Size.Large,
        colour,
        colour,
        colour
    ];
}
