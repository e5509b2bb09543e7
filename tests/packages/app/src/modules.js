// Packages that are published as ES modules. Each function answers the same here and in Node.
import { addDays, differenceInCalendarDays, formatISO } from 'date-fns';
import Decimal from 'decimal.js';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { gzipSync, gunzipSync, strFromU8, strToU8 } from 'fflate';
import { Hono } from 'hono';
import { produce } from 'immer';
import { SignJWT, jwtVerify } from 'jose';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { camelCase, groupBy, sortBy } from 'lodash-es';
import { marked } from 'marked';
import { nanoid, customAlphabet } from 'nanoid';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import superjson from 'superjson';
import { v4, v5, validate } from 'uuid';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

export async function zod() {
    const schema = z.object({ name: z.string().min(2), age: z.coerce.number().int() });
    const wrong = schema.safeParse({ name: 'x', age: 1.5 });

    return [schema.parse({ name: 'Ada', age: '36' }), wrong.success, wrong.error.issues.map((issue) => issue.path)];
}

export async function dateFns() {
    const day = new Date(Date.UTC(2024, 1, 28, 12));

    return [formatISO(addDays(day, 2), { representation: 'date' }), differenceInCalendarDays(addDays(day, 40), day)];
}

export async function lodashEs() {
    return [camelCase('hello big world'), groupBy([1.2, 1.8, 2.1], Math.floor), sortBy([3, 1, 2])];
}

export async function uuid() {
    return [validate(v4()), v5('jitar', v5.URL)];
}

export async function nanoids() {
    return [nanoid().length, /^[ab]{6}$/.test(customAlphabet('ab', 6)())];
}

export async function immer() {
    const before = { list: [{ done: false }], other: {} };
    const after = produce(before, (draft) => {
        draft.list[0].done = true;
    });

    return [before.list[0].done, after.list[0].done, before.other === after.other, Object.isFrozen(after)];
}

export async function markdown() {
    return marked.parse('# Title\n\n* one\n* `two`\n\n|a|b|\n|-|-|\n|1|2|\n');
}

export async function yaml() {
    return [parse('a: &x [1, {b: two}]\nc: *x\nd: |\n  text\n'), stringify({ list: [1, { two: null }], text: 'a: b' })];
}

export async function superJson() {
    const text = superjson.stringify({ at: new Date(0), set: new Set([1]), big: 12n, none: undefined });
    const back = superjson.parse(text);

    return [text, back.at.toISOString(), back.set.has(1), String(back.big)];
}

export async function joseToken() {
    const secret = new TextEncoder().encode('a secret that is long enough for the algorithm');
    const token = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    const { payload } = await jwtVerify(token, secret);
    const wrong = await jwtVerify(`${token.slice(0, -4)}AAAA`, secret).catch((error) => error.code);

    return [token, payload.sub, wrong];
}

export async function kysely() {
    const db = new Kysely({
        dialect: {
            createAdapter: () => new SqliteAdapter(),
            createDriver: () => new DummyDriver(),
            createIntrospector: (inner) => new SqliteIntrospector(inner),
            createQueryCompiler: () => new SqliteQueryCompiler(),
        },
    });
    const query = db.selectFrom('person').innerJoin('pet', 'pet.owner', 'person.id').select(['person.id', 'pet.name']);
    const { sql, parameters } = query.where('age', '>', 3).orderBy('age').limit(2).compile();

    return [sql, parameters];
}

export async function drizzleOrm() {
    const people = sqliteTable('people', { id: integer('id').primaryKey(), name: text('name') });
    const db = drizzle(async (sql, parameters) => ({ rows: [[parameters.length, sql]] }));

    return [db.select().from(people).where(eq(people.name, 'Ada')).toSQL(), await db.select().from(people)];
}

export async function preact() {
    const Row = ({ name, children }) => h('li', { class: 'row' }, name, children);

    return renderToString(h('ul', null, h(Row, { name: '<a>' }, h('b', null, 1)), h(Row, { name: 'b' })));
}

export async function decimals() {
    return [new Decimal('0.1').plus('0.2').toString(), Decimal.sqrt(2).toFixed(30)];
}

export async function compression() {
    const text = 'again and '.repeat(100);
    const packed = gzipSync(strToU8(text), { mtime: 0 });

    return [packed.length < 100, strFromU8(gunzipSync(packed)) === text];
}

export async function hono() {
    const app = new Hono();
    app.get('/users/:id', (context) => context.json({ id: context.req.param('id'), page: context.req.query('page') }));
    const [found, missing] = [await app.request('/users/7?page=2'), await app.request('/nowhere')];

    return [found.status, await found.json(), missing.status];
}
