// The errors of the runtime's module `jitar`, for the example's modules when they run in Node.
export class BadRequest extends Error {}
export class Forbidden extends Error {}
export class NotFound extends Error {}
export class NotImplemented extends Error {}
export class PaymentRequired extends Error {}
export class ServerError extends Error {}
export class Teapot extends Error {}
export class Unauthorized extends Error {}
