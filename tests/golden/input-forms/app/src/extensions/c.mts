export const c = 'mts' as const;
