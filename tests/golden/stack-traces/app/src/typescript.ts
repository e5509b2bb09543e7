#!/usr/bin/env a-shell
// Everything here becomes shorter or longer when it is compiled.
import type { Unused } from './types';
import { first } from './first';

export interface Gone {
    nothing: Unused;
}

enum Colour {
    Red = 'red',
    Green = 'green',
}

namespace Geometry {
    export const unit = 1;
    export function area(width: number): never { throw new Error(`${width * unit}`); }
}

class Account {
    constructor(private readonly owner: string, protected balance: number = 0, declareNothing?: Gone) {}

    withdraw<T extends number>(amount: T): never {
        const text: string = 'ü😀'; throw new RangeError(`${this.owner} ${this.balance} ${amount}`);
    }
}

export async function afterEnum() {
    return first(() => { throw new Error(Colour.Green as string); });
}

export async function inNamespace() {
    return first(() => Geometry.area(2));
}

export async function inClass() {
    return first(() => new Account('x').withdraw(1));
}
