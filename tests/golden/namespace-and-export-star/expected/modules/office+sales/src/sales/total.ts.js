export const CURRENCY = 'EUR';
export async function total(year) {
    return year * 2;
}
