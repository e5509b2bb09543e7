export type MonthData = { year: number; month: string; total: number };
