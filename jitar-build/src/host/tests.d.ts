// Written by jitar-build: the Rust functions that application code may import.

declare module "host:other" {
    export type Any = number | string | null;

    export type Apart = { t: "A" } | { t: "B"; c: number } | { t: "C"; c: { x: boolean } };

    export type Kind = "new-one" | "OLD";

    export type Nothing = null;

    export interface Pair {
        kind: "Pair";
        left: null;
        right: Nothing;
    }

    export interface Place {
        zip: number;
        raw: number[];
    }

    export type Shape = "Empty" | { Circle: number } | { Line: [number, number] } | { Box: { SIDE_LENGTH: number } };

    export type Tagged = { type: "nothing_at_all" } | { type: "place" } & Place | { type: "named"; type_name: string };

    export interface Tree {
        children: Tree[];
    }

    export type Wrapped = Kind[];

    export function counts(tree: Tree): Partial<Record<Kind, number | bigint>>;

    export function shapes(): [Shape, Tagged, Apart, Any, Wrapped, Pair];

    export function unknown(a: unknown, b: unknown, c: unknown, d: unknown): void;
}

declare module "host:shop" {
    /**
     * Somebody who buys.
     */
    export type Account = { fullName: string; kind: Kind; nick: string | null; tags: string[]; "e-mail": string; parent?: Account | null; since: unknown } & Place & Record<string, unknown>;

    /**
     * Somebody who buys.
     */
    export type AccountInput = { fullName: string; kind: Kind; nick?: string | null; tags?: string[]; "e-mail": string; password: string; parent?: AccountInput | null; since: unknown } & Place & Record<string, unknown>;

    export type Id = number;

    export type Kind = "new-one" | "OLD";

    export type Line = [string, number];

    export interface Order {
        x: Kind;
    }

    export interface Order2 {
        id: Id;
        lines: Line[];
    }

    export interface Page<T> {
        items: T[];
        next: number | bigint | null;
    }

    export interface Place {
        zip: number;
        raw: number[];
    }

    export interface Record2 {
        a: number;
    }

    export function pages(record?: Record2): Promise<Page<Order2>[]>;

    export function save(account: AccountInput, sort: Kind, order: Order): Account;
}
