const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export const CURRENCY = $unavailable("'CURRENCY' of 'sales/total.ts' is not available in the browser: it is no public procedure");
export const total = $unavailable("'total' of 'sales/total.ts' is not available in the browser: it is not public");
