export const tax = (amount: number) => amount * 2;
