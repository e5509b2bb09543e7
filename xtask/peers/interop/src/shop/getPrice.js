import Price from './Price.js';

export default async function getPrice(product)
{
    if (product !== 'book') throw new Error(`There is no ${product}`);

    return new Price(12);
}
