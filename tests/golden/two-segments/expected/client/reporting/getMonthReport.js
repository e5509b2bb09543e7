import { __run } from "/jitar/client/jitar.js";
export default async function getMonthReport(year, month) {
  return __run('reporting/getMonthReport', '0.0.0', { 'year': year, 'month': month }, this);
}
