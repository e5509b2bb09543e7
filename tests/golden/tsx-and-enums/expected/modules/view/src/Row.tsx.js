import { jsx as _jsx, jsxs as _jsxs } from "../node_modules/tiny@1.2.3/jsx-runtime.js";
export function Row({ label, amount }) {
    return _jsxs("tr", {
        class: "row",
        children: [
            _jsx("td", {
                children: label
            }),
            _jsx("td", {
                children: amount
            })
        ]
    });
}
