const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export default $unavailable("'default' of 'reporting/formatMonthReport.ts' is not available in the browser: it is not public");
