/** The two fonts of our documents. Every PDF reader has them, so they need not be embedded. */
export type Font = 'regular' | 'bold';

/** Their names in a document, and the widths of the characters from space to tilde in thousandths of the font size. */
export const FONTS = {
    regular: {
        id: 'F1',
        name: 'Helvetica',
        widths: [
            278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
            556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
            500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
            556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
            278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
        ],
    },
    bold: {
        id: 'F2',
        name: 'Helvetica-Bold',
        widths: [
            278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
            556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
            556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
            556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
            333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
        ],
    },
};

// The width of the euro sign and of most accented letters.
const USUAL_WIDTH = 556;

// WinAnsi is Latin-1, except for these codes; dots are unused.
const FROM_0X80 = '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ';
const WIN_ANSI = new Map(Array.from(FROM_0X80, (character, index) => [character, 0x80 + index]));

/** Text in WinAnsi, one character for each byte; characters that it does not have become question marks. */
export function encode(text: string): string {
    return Array.from(text, (character) => String.fromCharCode(codeOf(character))).join('');
}

/** The width of a text in points. */
export function widthOf(text: string, font: Font, size: number): number {
    const { widths } = FONTS[font];
    const total = Array.from(encode(text), (byte) => widths[byte.charCodeAt(0) - 0x20] ?? USUAL_WIDTH);

    return (total.reduce((sum, width) => sum + width, 0) * size) / 1000;
}

function codeOf(character: string): number {
    const code = character.codePointAt(0) ?? 0;
    const isLatin = (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff);

    return isLatin ? code : (WIN_ANSI.get(character) ?? '?'.charCodeAt(0));
}
