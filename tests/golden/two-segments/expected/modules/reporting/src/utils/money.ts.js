export function sum(...amounts) {
    return amounts.reduce((total, amount)=>total + amount, 0);
}
export function inEuros(amount) {
    return `€ ${amount.toFixed(2)}`;
}
