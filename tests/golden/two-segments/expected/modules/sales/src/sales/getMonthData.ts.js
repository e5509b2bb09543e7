import { sum } from "../utils/money.ts";
export default async function getMonthData(year, month) {
    return {
        year,
        month,
        total: sum(1, year)
    };
}
