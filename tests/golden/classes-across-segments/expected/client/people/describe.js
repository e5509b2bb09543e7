const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));
export const UNKNOWN = $unavailable("'UNKNOWN' of 'people/describe.ts' is not available in the browser: it is no public procedure");
export const describe = $unavailable("'describe' of 'people/describe.ts' is not available in the browser: it is not public");
export const makePerson = $unavailable("'makePerson' of 'people/describe.ts' is not available in the browser: it is not public");
