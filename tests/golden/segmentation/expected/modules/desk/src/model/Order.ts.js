import { Money } from "./Money.ts";
export class Order extends Money {
    amount;
    constructor(amount){
        super(), this.amount = amount;
    }
}
