import { Money } from './Money';

export class Order extends Money {
    constructor(public readonly amount: number) {
        super();
    }
}
