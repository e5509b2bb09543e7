import { Money } from "./Money.js";
export class Order extends Money {
    amount;
    constructor(amount){
        super(), this.amount = amount;
    }
}
