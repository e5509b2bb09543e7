const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export const count = $unavailable("'count' of 'sales/count.ts' is not available in the browser: it is not public");
