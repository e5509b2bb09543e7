import { FONTS, encode, widthOf } from './fonts';
import type { Font } from './fonts';

type TextOptions = { font?: Font; size?: number; align?: 'left' | 'right' };

// Objects 1 and 2 are the catalog and the page tree; fonts and pages follow.
const CATALOG = 1;
const PAGE_TREE = 2;
const FIRST_FREE = 3;

/**
 * A small PDF writer: A4 pages with text in Helvetica and horizontal rules. Lengths are points, from the lower left
 * corner. The file is put together as a string in which every character stands for one byte, so that positions in the
 * string are positions in the file.
 */
export default class PdfDocument {
    static readonly WIDTH = 595;
    static readonly HEIGHT = 842;

    readonly #title: string;
    readonly #pages: string[][] = [];

    constructor(title: string) {
        this.#title = title;
    }

    addPage(): void {
        this.#pages.push([]);
    }

    /** Writes text on the last page. */
    text(text: string, x: number, y: number, options: TextOptions = {}): void {
        const { font = 'regular', size = 10.5, align = 'left' } = options;
        const start = align === 'left' ? x : x - widthOf(text, font, size);

        this.#draw(`BT /${FONTS[font].id} ${size} Tf ${number(start)} ${number(y)} Td ${literal(encode(text))} Tj ET`);
    }

    /** Draws a horizontal line on the last page. */
    rule(from: number, to: number, y: number, width = 0.4): void {
        this.#draw(`${width} w 0.6 G ${number(from)} ${number(y)} m ${number(to)} ${number(y)} l S`);
    }

    toBytes(): Uint8Array {
        const objects = this.#objects();
        const offsets: number[] = [];

        // The second line tells programs that copy files that this one is binary.
        let file = '%PDF-1.4\n%\xE2\xE3\xCF\xD3\n';

        objects.forEach((object, index) => {
            offsets.push(file.length);
            file += `${index + 1} 0 obj\n${object}\nendobj\n`;
        });

        const start = file.length;
        const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
        const size = objects.length + 1;

        file += `xref\n0 ${size}\n0000000000 65535 f \n${entries.join('')}`;
        file += `trailer\n<< /Size ${size} /Root ${CATALOG} 0 R /Info ${objects.length} 0 R >>\n`;
        file += `startxref\n${start}\n%%EOF\n`;

        return Uint8Array.from(file, (character) => character.charCodeAt(0));
    }

    #draw(operators: string): void {
        const page = this.#pages.at(-1);

        if (page === undefined) {
            throw new Error('Add a page before drawing.');
        }

        page.push(operators);
    }

    /** The file's objects; the first has number 1. */
    #objects(): string[] {
        const fonts = Object.values(FONTS);
        const firstPage = FIRST_FREE + fonts.length;
        const pageNumbers = this.#pages.map((_, index) => firstPage + 2 * index);

        const kids = pageNumbers.map((page) => `${page} 0 R`).join(' ');
        const fontNames = fonts.map((font, index) => `/${font.id} ${FIRST_FREE + index} 0 R`).join(' ');
        const mediaBox = `[0 0 ${PdfDocument.WIDTH} ${PdfDocument.HEIGHT}]`;

        const pages = this.#pages.flatMap((operators, index) => [
            `<< /Type /Page /Parent ${PAGE_TREE} 0 R /Contents ${firstPage + 2 * index + 1} 0 R >>`,
            stream(operators.join('\n')),
        ]);

        return [
            `<< /Type /Catalog /Pages ${PAGE_TREE} 0 R >>`,
            `<< /Type /Pages /Kids [${kids}] /Count ${pageNumbers.length} /MediaBox ${mediaBox} ` +
                `/Resources << /Font << ${fontNames} >> >> >>`,
            ...fonts.map(
                ({ name }) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`,
            ),
            ...pages,
            `<< /Title ${unicode(this.#title)} >>`,
        ];
    }
}

function number(value: number): string {
    return String(Math.round(value * 100) / 100);
}

function literal(text: string): string {
    return `(${text.replace(/[\\()]/g, '\\$&')})`;
}

function stream(content: string): string {
    return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

/** Text outside of pages is UTF-16, written as hexadecimal digits. */
function unicode(text: string): string {
    const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
    const digits = [0xfeff, ...units].map((unit) => unit.toString(16).padStart(4, '0'));

    return `<${digits.join('')}>`;
}
