// In no segment, so shared: every unit has it.
export function sum(...amounts: number[]): number {
    return amounts.reduce((total, amount) => total + amount, 0);
}

export function inEuros(amount: number): string {
    return `€ ${amount.toFixed(2)}`;
}
