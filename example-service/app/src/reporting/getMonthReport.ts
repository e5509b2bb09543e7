import getMonthData from '../sales/getMonthData';
import createPDF from '../utils/createPDF';
import formatMonthReport from './formatMonthReport';

/** The sales report of a month as a PDF document. */
export default async function getMonthReport(year: number, month: string): Promise<Uint8Array> {
    const data = await getMonthData(year, month);
    const report = await formatMonthReport(data);

    return await createPDF(report);
}
