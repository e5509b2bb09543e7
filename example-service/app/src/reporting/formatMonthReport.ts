import type { MonthData, MonthReport, Sale } from '../types';

export default async function formatMonthReport(data: MonthData): Promise<MonthReport> {
    const { year, month, sales } = data;

    return {
        title: `Sales report ${month} ${year}`,
        year,
        month,
        rows: sales.toSorted((a, b) => b.revenue - a.revenue),
        total: { units: sum(sales, 'units'), revenue: sum(sales, 'revenue') },
    };
}

function sum(sales: Sale[], column: 'units' | 'revenue'): number {
    return sales.reduce((total, sale) => total + sale[column], 0);
}
