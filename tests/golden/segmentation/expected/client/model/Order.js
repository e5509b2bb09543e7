import { Money } from "./Money.js";
export class Order extends Money {
    amount;
    constructor(amount){
        super(), this.amount = amount;
    }
}
import { __registerClass as $register } from "/jitar/client/jitar.js";
import * as $self from "./Order.js";
$register("model/Order", $self["Order"]);
