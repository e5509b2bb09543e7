import open, { cancel, place } from './shop';
import * as shop from './shop';
import { isAllowed, limit } from './shop/orders';
import { tax } from './shop/helpers';
import { Order } from './model/Order';
import { both } from './tools/both';

export async function order(amount: number) {
    const placed = await place(amount);

    return [placed instanceof Order, placed.amount, placed.currency];
}

export async function callAll() {
    const dynamic = await import('./shop');

    return [
        await cancel(1, 'late', 'wrong'),
        await shop.cancel(2),
        await dynamic.cancel(3, 'dynamic'),
        await open({ day: { name: ['a', 'b', 'c'] } }),
        await open({ day: { name: ['a'] }, until: 'x' }),
        (await both()) > 0,
        Object.keys(shop),
    ];
}

export async function common(amount: number) {
    return [limit, isAllowed(amount), tax(amount)];
}

export async function computed(names: string[]) {
    const modules = names.map((name) => import(`./tools/${name}.js`));

    return (await Promise.all(modules)).map((module) => Object.keys(module));
}

export async function callComputed(name: string) {
    const { only } = await import('./tools/' + name);

    return only('here');
}
