// What applications use of the module `jitar`, which the runtime itself provides.

declare module 'jitar' {
    /** The caller sent something wrong: status 400. */
    export class BadRequest extends Error {
        constructor(message?: string);
    }

    /** The caller is not logged in: status 401. */
    export class Unauthorized extends Error {
        constructor(message?: string);
    }

    /** Something must be paid first: status 402. */
    export class PaymentRequired extends Error {
        constructor(message?: string);
    }

    /** The caller may not do this: status 403. */
    export class Forbidden extends Error {
        constructor(message?: string);
    }

    /** It does not exist: status 404. */
    export class NotFound extends Error {
        constructor(message?: string);
    }

    /** It cannot brew coffee: status 418. */
    export class Teapot extends Error {
        constructor(message?: string);
    }

    /** The application failed: status 500. */
    export class ServerError extends Error {
        constructor(message?: string);
    }

    /** The application does not do this yet: status 501. */
    export class NotImplemented extends Error {
        constructor(message?: string);
    }

    /** A call on its way to a procedure, as middleware sees it. */
    export class Request {
        readonly fqn: string;
        readonly args: Map<string, unknown>;
        readonly headers: Map<string, string>;
        readonly mode: 'normal' | 'dry';

        clearArguments(): void;
        setArgument(name: string, value: unknown): void;
        getArgument(name: string): unknown;
        hasArgument(name: string): boolean;
        removeArgument(name: string): void;
        clearHeaders(): void;
        setHeader(name: string, value: string): void;
        getHeader(name: string): string | undefined;
        hasHeader(name: string): boolean;
        removeHeader(name: string): void;
    }

    /** What a procedure answered. */
    export class Response {
        constructor(status: number, result?: unknown, headers?: Map<string, string>);

        readonly status: number;
        result: unknown;
        readonly headers: Map<string, string>;

        clearHeaders(): void;
        setHeader(name: string, value: string): void;
        getHeader(name: string): string | undefined;
        hasHeader(name: string): boolean;
        removeHeader(name: string): void;
    }

    /** Goes on to the next middleware, and at last to the procedure. */
    export type NextHandler = () => Promise<Response>;

    /** The default export of a module that a service file lists under `middleware`. */
    export interface Middleware {
        handle(request: Request, next: NextHandler): Promise<Response>;
    }

    /** The default export of a module that a service file lists under `healthChecks`. */
    export interface HealthCheck {
        readonly name: string;
        /** Milliseconds. */
        readonly timeout: number | undefined;
        isHealthy(): Promise<boolean>;
    }
}
