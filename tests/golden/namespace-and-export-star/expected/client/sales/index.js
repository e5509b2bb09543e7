const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export const units = $unavailable("'units' of 'sales/index.ts' is not available in the browser: it is no public procedure");
export const CURRENCY = $unavailable("'CURRENCY' of 'sales/index.ts' is not available in the browser: it is no public procedure");
export const total = $unavailable("'total' of 'sales/index.ts' is not available in the browser: it is not public");
export const count = $unavailable("'count' of 'sales/index.ts' is not available in the browser: it is not public");
