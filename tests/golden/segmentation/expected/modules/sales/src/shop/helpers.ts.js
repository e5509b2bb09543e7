export const tax = (amount)=>amount * 2;
