import type { MonthReport } from '../types';
import PdfDocument from './pdf/PdfDocument';
import type { Font } from './pdf/fonts';

const MARGIN = 56;
const ROW_HEIGHT = 22;
const ROWS_PER_PAGE = 28;

// Numbers end at their column's position, words begin there.
const COLUMNS = [
    { title: 'Product', x: MARGIN, align: 'left' },
    { title: 'Region', x: 220, align: 'left' },
    { title: 'Units', x: 420, align: 'right' },
    { title: 'Revenue', x: PdfDocument.WIDTH - MARGIN, align: 'right' },
] as const;

/** The report as a PDF document: the same report always gives the same bytes. */
export default async function createPDF(report: MonthReport): Promise<Uint8Array> {
    const pdf = new PdfDocument(report.title);
    const lines = report.rows.map((row) => [row.product, row.region, grouped(row.units), euros(row.revenue)]);
    const pageCount = Math.max(1, Math.ceil(lines.length / ROWS_PER_PAGE));

    for (let page = 0; page < pageCount; page++) {
        const pageLines = lines.slice(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE);

        pdf.addPage();
        pdf.text(report.title, MARGIN, 772, { font: 'bold', size: 20 });

        const bottom = drawTable(pdf, pageLines);

        if (page === pageCount - 1) {
            drawLine(pdf, ['Total', '', grouped(report.total.units), euros(report.total.revenue)], bottom, 'bold');
        }

        pdf.text(`Page ${page + 1} of ${pageCount}`, PdfDocument.WIDTH - MARGIN, 40, { size: 9, align: 'right' });
    }

    return pdf.toBytes();
}

/** Draws head and rows, and returns the height at which the next row would stand. */
function drawTable(pdf: PdfDocument, lines: string[][]): number {
    let y = 728;

    drawLine(pdf, COLUMNS.map((column) => column.title), y, 'bold');

    for (const line of lines) {
        y -= ROW_HEIGHT;
        pdf.rule(MARGIN, PdfDocument.WIDTH - MARGIN, y + 15);
        drawLine(pdf, line, y, 'regular');
    }

    pdf.rule(MARGIN, PdfDocument.WIDTH - MARGIN, y - 7, 1);

    return y - ROW_HEIGHT;
}

function drawLine(pdf: PdfDocument, cells: string[], y: number, font: Font): void {
    COLUMNS.forEach(({ x, align }, index) => pdf.text(cells[index] ?? '', x, y, { font, align }));
}

function euros(amount: number): string {
    return `€ ${grouped(amount)}`;
}

// Written by hand, because the result must not depend on the locale of the machine.
function grouped(amount: number): string {
    return String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
}
