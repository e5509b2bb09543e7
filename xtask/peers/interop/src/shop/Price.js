export default class Price
{
    #amount;

    constructor(amount) { this.#amount = amount; }

    get amount() { return this.#amount; }

    plus(other) { return new Price(this.#amount + other.amount); }
}
