const remembered = [];
export function remember(text) {
    remembered.push(text);
    return remembered.length;
}
