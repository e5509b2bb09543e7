import { remember } from "../memory.ts";
import { Order } from "../model/Order.ts";
export const limit = 10;
export let placed = 0;
export async function place(amount, order = new Order(amount)) {
    placed += 1;
    remember(`placed ${order.amount}`);
    return order;
}
export function isAllowed(amount) {
    return amount <= limit;
}
