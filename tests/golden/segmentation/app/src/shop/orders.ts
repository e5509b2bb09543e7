import { remember } from '../memory';
import { Order } from '../model/Order';

// In a segment: `place`. In no segment: everything else of this module.
export const limit = 10;
export let placed = 0;

export async function place(amount: number, order = new Order(amount)) {
    placed += 1;
    remember(`placed ${order.amount}`);

    return order;
}

export function isAllowed(amount: number) {
    return amount <= limit;
}
