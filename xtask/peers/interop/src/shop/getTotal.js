import getPrice from './getPrice.js';
import Price from './Price.js';

export default async function getTotal(products)
{
    let total = new Price(0);

    for (const product of products) total = total.plus(await getPrice(product));

    return total.amount;
}
