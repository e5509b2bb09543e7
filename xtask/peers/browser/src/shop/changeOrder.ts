import Order from './Order';

const GREATEST = 'planted in a constant';

export async function addLine(order: Order, line: string): Promise<Order> {
    if (!(order instanceof Order)) {
        throw new Error('planted in an error');
    }

    return new Order(order.id, [...order.lines, line]);
}

export async function countLines(order: Order): Promise<number> {
    return order.lines.length + GREATEST.length;
}
