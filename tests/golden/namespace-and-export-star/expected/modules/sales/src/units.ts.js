export const METRE = 'm';
export const GRAM = 'g';
