import { NotFound, type Request } from 'jitar';

import { Money } from '../shapes/Money';
import { Refusal } from '../shapes/Refusal';

/** Listed in no segment: crosses as an error with its name, message and status. */
class Unlisted extends NotFound {
    code = 'E_UNLISTED';
}

let calls = 0;

export async function describe(value?: unknown): Promise<string> {
    return text(value);
}

export async function mirror(value?: any): Promise<unknown> {
    return value;
}

export async function give(kind: string): Promise<unknown> {
    switch (kind) {
        case 'bytes': return new Uint8Array([1, 2, 255]);
        case 'view': return new Uint16Array([7, 258, 7]).subarray(1, 2);
        case 'cycle': return cycle();
        case 'money': return new Money(3, 'USD');
        case 'nothing': return undefined;
        case 'bigint': return 5n;
        case 'symbol': return Symbol('s');
        case 'function': return () => 1;
        case 'nested bigint': return { a: [5n] };
        default: return kind;
    }
}

export async function raise(kind: string): Promise<never> {
    switch (kind) {
        case 'listed': throw new Refusal('no entry', 'closed');
        case 'unlisted': throw new Unlisted('nobody here');
        case 'cause': throw new Error('outer', { cause: new TypeError('inner') });
        case 'many': throw new AggregateError([new Error('one'), new RangeError('two')], 'several');
        case 'text': throw 'only text';
        default: throw new NotFound(kind);
    }
}

export async function readHeaders(this: Request): Promise<string[]> {
    return [...this.headers].map(([name, value]) => `${name}=${value}`).sort();
}

export async function keep(): Promise<string> {
    return 'kept';
}

export async function hide(): Promise<string> {
    return 'hidden';
}

export async function inject(name: string, user = 'nobody'): Promise<string> {
    return `${name} for ${user}`;
}

export async function cookies(): Promise<string> {
    return 'crumbs';
}

export async function count(): Promise<number> {
    calls += 1;

    return calls;
}

function cycle(): object {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;

    return loop;
}

/** What a value is, precisely enough to see what survived. */
export function text(value: any, seen: unknown[] = []): string {
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return String(value);
    if (seen.includes(value)) return '(again)';
    const inner = (item: unknown) => text(item, [...seen, value]);
    if (value instanceof Money) return `Money(${value.toText()})`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Date(invalid)' : `Date(${value.toISOString()})`;
    if (value instanceof RegExp) return String(value);
    if (value instanceof URL) return `URL(${value.href})`;
    if (value instanceof Map) return `Map(${[...value].map(([key, item]) => `${inner(key)}:${inner(item)}`)})`;
    if (value instanceof Set) return `Set(${[...value].map(inner)})`;
    if (value instanceof Error) return `${value.name}(${value.message})`;
    if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${[...(value as Uint8Array)]}|${value.buffer.byteLength})`;
    if (Array.isArray(value)) return `[${Array.from(value, inner)}]`;

    return `{${Object.keys(value).map((key) => `${key}:${inner(value[key])}`)}}`;
}
