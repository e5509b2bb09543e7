import open, { cancel, place } from "./shop/index.ts?remote";
import * as shop from "./shop/index.ts?remote";
import { isAllowed, limit } from "./shop/orders.ts";
import { tax } from "./shop/helpers.ts";
import { Order } from "./model/Order.ts";
import { both } from "./tools/both.ts";
export async function order(amount) {
    const placed = await place(amount);
    return [
        placed instanceof Order,
        placed.amount,
        placed.currency
    ];
}
export async function callAll() {
    const dynamic = await import("./shop/index.ts?remote");
    return [
        await cancel(1, 'late', 'wrong'),
        await shop.cancel(2),
        await dynamic.cancel(3, 'dynamic'),
        await open({
            day: {
                name: [
                    'a',
                    'b',
                    'c'
                ]
            }
        }),
        await open({
            day: {
                name: [
                    'a'
                ]
            },
            until: 'x'
        }),
        await both() > 0,
        Object.keys(shop)
    ];
}
export async function common(amount) {
    return [
        limit,
        isAllowed(amount),
        tax(amount)
    ];
}
export async function computed(names) {
    const modules = names.map((name)=>import(`./tools/${name}.js`));
    return (await Promise.all(modules)).map((module)=>Object.keys(module));
}
export async function callComputed(name) {
    const { only } = await import('./tools/' + name);
    return only('here');
}
