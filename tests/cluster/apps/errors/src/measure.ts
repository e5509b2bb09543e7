type Text = string;

export function lengthOf(text: Text): number {
    return text.length;
}
