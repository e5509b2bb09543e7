import { inEuros } from "../utils/money.ts";
export default async function formatMonthReport(data) {
    return `${data.month} ${data.year}: ${inEuros(data.total)}`;
}
