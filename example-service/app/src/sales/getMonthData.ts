import { BadRequest } from 'jitar';

import type { MonthData } from '../types';
import table from './sales.json' with { type: 'json' };

const YEARS = [...new Set(table.map((entry) => entry.year))];
const MONTHS = [...new Set(table.map((entry) => entry.month))];

/** What was sold in a month, one entry per product and region. */
export default async function getMonthData(year: number, month: string): Promise<MonthData> {
    if (!YEARS.includes(year)) {
        throw new BadRequest(`There are no sales of the year '${year}'. Use one of ${YEARS.join(', ')}.`);
    }

    if (!MONTHS.includes(month)) {
        throw new BadRequest(`There is no month '${month}'. Use one of ${MONTHS.join(', ')}.`);
    }

    const sales = table
        .filter((entry) => entry.year === year && entry.month === month)
        .map(({ product, region, units, revenue }) => ({ product, region, units, revenue }));

    return { year, month, sales };
}
