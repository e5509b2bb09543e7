import * as jitar from 'jitar';

import { describe, give, hide, keep, mirror, raise, readHeaders } from '../far/far';
import { Money } from '../shapes/Money';
import { Refusal } from '../shapes/Refusal';

const shared = { a: 1 };
const loop: Record<string, unknown> = {};
loop.self = loop;

const values: Record<string, () => unknown> = {
    numbers: () => [NaN, Infinity, -Infinity, -0, 1.5],
    nan: () => NaN,
    undefined: () => [undefined, { a: undefined }],
    money: () => new Money(2),
    map: () => new Map([['a', new Set([1n, new Date(0)])]]),
    date: () => new Date(NaN),
    regexp: () => /a+/gi,
    url: () => new URL('http://example.org/a'),
    view: () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
    tag: () => ({ serialized: true, name: 'Date', value: '2020-01-01T00:00:00.000Z' }),
    error: () => new TypeError('wrong'),
    cycle: () => loop,
    proto: () => JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "then": 2}'),
};

/** What arrives over there, and what comes back from there. */
export async function send(kind: string): Promise<string[]> {
    const value = values[kind]();
    const back = kind === 'twice' ? undefined : await mirror(value);

    return [await describe(value), text(back)];
}

function text(value: any): string {
    if (value?.self === value && value !== undefined) return 'itself';
    if (value instanceof Money) return `Money ${value.toText()}`;
    if (value instanceof Error) return `${value.constructor.name} ${value.message}`;

    return Array.isArray(value) ? value.map((item) => (Object.is(item, -0) ? '-0' : String(item))).join() : String(value);
}

/** What is caught here of an error from there. */
export async function fail(kind: string): Promise<unknown> {
    try {
        return await raise(kind);
    } catch (error: any) {
        return {
            isError: error instanceof Error,
            isRefusal: error instanceof Refusal,
            isForbidden: error instanceof jitar.Forbidden,
            name: error.name,
            message: error.message,
            status: error.status,
            code: error.code,
            reason: error.reason,
            cause: error.cause?.message,
            errors: error.errors?.map((inner: Error) => `${inner.name} ${inner.message}`),
        };
    }
}

/** The headers that a nested call carries: at once, after `await`, in a timer, and with the request handed on. */
export async function tellHeaders(this: jitar.Request): Promise<string[][]> {
    const atOnce = await readHeaders();
    await new Promise((resolve) => setTimeout(resolve, 1));
    const later = await readHeaders();
    const inTimer = await new Promise<string[]>((resolve) => setTimeout(async () => resolve(await readHeaders()), 1));
    const handedOn = await readHeaders.call(this);
    this.setHeader('authorization', 'changed');

    return [atOnce, later, inTimer, handedOn, await readHeaders()];
}

export async function tellRequest(this: jitar.Request, first?: string): Promise<unknown> {
    const { fqn, mode } = this;
    const isOurs = this instanceof jitar.Request;

    return {
        fqn,
        mode,
        isOurs,
        version: this.version.toString(),
        args: [...this.args.keys()],
        has: this.hasArgument('first'),
        key: [this.hasHeader('x-jitar-trust-key'), [...this.headers.keys()].some((name) => name.startsWith('x-jitar'))],
        first,
    };
}

/** The names of the module `jitar`. */
export async function tellModule(): Promise<string[]> {
    return Object.keys(jitar).sort();
}

export async function reachProtected(): Promise<unknown> {
    const kept = await keep();
    try {
        return [kept, await hide()];
    } catch (error: any) {
        return [kept, error.status, error.message];
    }
}

/** Arguments that are too deep for the way. */
export async function dig(levels: number): Promise<unknown> {
    let value: unknown[] = [];
    for (let level = 1; level < levels; level += 1) value = [value];
    try {
        return [200, typeof (await describe(value))];
    } catch (error: any) {
        return [error.status, error.message];
    }
}

/** What code finds that looks for a way around. */
export async function lookAround(): Promise<string[]> {
    const around = globalThis as any;

    return [typeof around.__run, typeof around.Deno, typeof around.__bootstrap, typeof around.ProcedureNotAccessible];
}
