import getMonthData from '../sales/getMonthData';
import formatMonthReport from './formatMonthReport';

export default async function getMonthReport(year: number, month: string): Promise<string> {
    const data = await getMonthData(year, month);

    return formatMonthReport(data);
}
