import getMonthData from "../sales/getMonthData.ts?remote";
import formatMonthReport from "./formatMonthReport.ts";
export default async function getMonthReport(year, month) {
    const data = await getMonthData(year, month);
    return formatMonthReport(data);
}
