const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export default $unavailable("'default' of 'sales/getMonthData.ts' is not available in the browser: it is not public");
