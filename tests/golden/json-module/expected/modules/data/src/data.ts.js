import plain from "./rows.json" with {
    type: "json"
};
import typed from "./rows.json" with {
    type: 'json'
};
export async function rows() {
    return plain;
}
export async function inAll() {
    return [
        plain === typed,
        plain.reduce((total, row)=>total + row.amount, 0)
    ];
}
