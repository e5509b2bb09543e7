export const state = { open: false };
