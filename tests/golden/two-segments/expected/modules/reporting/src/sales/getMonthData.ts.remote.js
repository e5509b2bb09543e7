import { __run } from "jitar:remote";
export default async function getMonthData(year, month) {
  return __run('sales/getMonthData', '0.0.0', { 'year': year, 'month': month }, this);
}
