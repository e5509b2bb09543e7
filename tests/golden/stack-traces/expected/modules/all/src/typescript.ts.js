import { first } from "./first.ts";
var Colour = /*#__PURE__*/ function(Colour) {
    Colour["Red"] = "red";
    Colour["Green"] = "green";
    return Colour;
}(Colour || {});
(function(Geometry) {
    Geometry.unit = 1;
    function area(width) {
        throw new Error(`${width * Geometry.unit}`);
    }
    Geometry.area = area;
})(Geometry || (Geometry = {}));
class Account {
    owner;
    balance;
    constructor(owner, balance = 0, declareNothing){
        this.owner = owner;
        this.balance = balance;
    }
    withdraw(amount) {
        const text = 'ü😀';
        throw new RangeError(`${this.owner} ${this.balance} ${amount}`);
    }
}
export async function afterEnum() {
    return first(()=>{
        throw new Error("green");
    });
}
export async function inNamespace() {
    return first(()=>Geometry.area(2));
}
export async function inClass() {
    return first(()=>new Account('x').withdraw(1));
}
var Geometry;
