import { NotFound } from 'jitar';

import { Money } from './Money';

interface User {
    name: string;
    since: unknown;
}

/** The types of what arrives. */
export async function who(name: string, age: number, user?: User): Promise<string> {
    const known = user === undefined ? 'nobody' : `${user.name} since ${user.since instanceof Date ? 'a date' : user.since}`;

    return `${name} ${age + 1}, for ${known}`;
}

export async function echo(value: unknown): Promise<unknown> {
    return value instanceof Money ? new Money(value.amount + 1, value.currency) : value;
}

export async function fail(): Promise<never> {
    throw new NotFound('not here');
}

export async function cookies(): Promise<string> {
    return 'crumbs';
}

export async function hide(user?: User): Promise<string> {
    return `hidden from ${user?.name}`;
}
