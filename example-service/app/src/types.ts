/** What was sold of one product in one region during one month. */
export type Sale = {
    product: string;
    region: string;
    /** Number of pieces. */
    units: number;
    /** Whole euros. */
    revenue: number;
};

/** The sales of one month. */
export type MonthData = {
    year: number;
    month: string;
    sales: Sale[];
};

/** The report of one month, ready to be shown. */
export type MonthReport = {
    title: string;
    year: number;
    month: string;
    /** Best revenue first. */
    rows: Sale[];
    total: { units: number; revenue: number };
};
