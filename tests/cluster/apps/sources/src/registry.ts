/** What was evaluated, in order. */
export const order: string[] = [];
