import { __run } from "jitar:remote";
export const CURRENCY = 'EUR';
export async function total(year) {
  return __run('sales/total', '0.0.0', { 'year': year }, this);
}
