import * as sales from './sales';
import { units } from './sales';

export async function overview() {
    const late = await import('./sales');

    return {
        names: Object.keys(sales),
        total: await sales.total(1),
        count: await late.count(),
        currency: sales.CURRENCY,
        units: Object.keys(units),
    };
}
