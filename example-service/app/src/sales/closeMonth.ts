import { Unauthorized } from 'jitar';
import { verify } from 'host:passwords';

import accountant from './accountant.json' with { type: 'json' };
import getMonthData from './getMonthData';

/** Closes the books of a month, which only the accountant may do, and gives the revenue that was booked. */
export default async function closeMonth(year: number, month: string, password: string): Promise<number> {
    if (await verify(password, accountant.passwordHash) === false) {
        throw new Unauthorized('This is not the password of the accountant.');
    }

    const data = await getMonthData(year, month);

    return data.sales.reduce((total, sale) => total + sale.revenue, 0);
}
