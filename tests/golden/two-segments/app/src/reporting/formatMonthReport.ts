import type { MonthData } from '../types';
import { inEuros } from '../utils/money';

export default async function formatMonthReport(data: MonthData): Promise<string> {
    return `${data.month} ${data.year}: ${inEuros(data.total)}`;
}
