const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export const limit = $unavailable("'limit' of 'shop/orders.ts' is not available in the browser: it is no public procedure");
export const placed = $unavailable("'placed' of 'shop/orders.ts' is not available in the browser: it is no public procedure");
export const place = $unavailable("'place' of 'shop/orders.ts' is not available in the browser: it is not public");
export const isAllowed = $unavailable("'isAllowed' of 'shop/orders.ts' is not available in the browser: it is no public procedure");
