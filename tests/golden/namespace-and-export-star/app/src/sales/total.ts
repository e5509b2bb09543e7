export const CURRENCY = 'EUR';

export async function total(year: number) {
    return year * 2;
}
