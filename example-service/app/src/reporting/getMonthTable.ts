import getMonthData from '../sales/getMonthData';
import type { MonthReport } from '../types';
import formatMonthReport from './formatMonthReport';

/** The sales report of a month as data, for the page. */
export default async function getMonthTable(year: number, month: string): Promise<MonthReport> {
    const data = await getMonthData(year, month);

    return await formatMonthReport(data);
}
