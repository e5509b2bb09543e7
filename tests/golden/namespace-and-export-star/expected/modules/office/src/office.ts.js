import * as sales from "./sales/index.ts?remote";
import { units } from "./sales/index.ts";
export async function overview() {
    const late = await import("./sales/index.ts?remote");
    return {
        names: Object.keys(sales),
        total: await sales.total(1),
        count: await late.count(),
        currency: sales.CURRENCY,
        units: Object.keys(units)
    };
}
