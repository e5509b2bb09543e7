export class Money {
    #amount: number;
    readonly currency: string;

    constructor(amount: number, currency = 'EUR') {
        this.#amount = amount;
        this.currency = currency;
    }

    get amount(): number {
        return this.#amount;
    }

    toText(): string {
        return `${this.#amount} ${this.currency}`;
    }
}
