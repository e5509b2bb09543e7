import Order from './Order';
import OrderNotFound from './OrderNotFound';

export default async function getOrder(id: string): Promise<Order> {
    if (id !== '1') {
        throw new OrderNotFound(id);
    }

    return new Order(id, ['planted in a function']);
}
