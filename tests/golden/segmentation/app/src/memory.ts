const remembered: string[] = [];

export function remember(text: string) {
    remembered.push(text);

    return remembered.length;
}
