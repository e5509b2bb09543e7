globalThis.effect = 'seen';
export { };
