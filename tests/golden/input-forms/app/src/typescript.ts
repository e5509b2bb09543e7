import { Colour, Direction, Flags } from './shared/enums';
import type { Shape } from './shared/enums';

export async function enums(shape: Shape = { sides: 3 }) {
    return [Colour.Red, Colour[1], Direction.Up, Flags.Both, Flags[3], Local.B, Local.Computed, shape.sides];
}

const enum Local {
    A = 1,
    B = A << 2,
    Computed = 'x' + 'y',
}

namespace Geometry {
    export const unit = 2;
    export namespace Inner {
        export const deep = unit * 2;
    }
    export function area(width: number) {
        return width * unit;
    }
    export class Unit {
        name = 'unit';
    }
}

namespace Geometry {
    export const merged = unit + 1;
}

import Legacy = Geometry.Unit;

function counted() {
    return counted.start;
}

namespace counted {
    export const start = 7;
}

export async function namespaces() {
    return [Geometry.area(3), Geometry.Inner.deep, Geometry.merged, counted(), new Legacy().name];
}

abstract class Animal {
    static #made = 0;
    declare typeOnly: string;

    constructor(
        protected readonly name: string,
        private legs = 4,
        public sound?: string,
    ) {
        Animal.#made++;
    }

    get description(): string {
        return `${this.name} ${this.legs} ${Animal.#made > 0}`;
    }

    abstract speak(): string;
}

class Dog extends Animal {
    override speak() {
        return `${this.name} says ${this.sound!}`;
    }
}

export async function parameterProperties() {
    const dog = new Dog('Rex', undefined, 'woof');

    return [dog.description, dog.speak(), Object.keys(dog)];
}

const palette = { red: [255, 0, 0], green: '#00ff00' } satisfies Record<string, string | number[]>;

export async function satisfiesAndFriends(value?: string) {
    const text = <string>(<unknown>palette.green);
    const list = palette.red as readonly number[];
    function isText(this: void, candidate: unknown): candidate is string {
        return typeof candidate === 'string';
    }
    function assertText(candidate: unknown): asserts candidate is string {
        if (!isText(candidate)) throw new TypeError('no text');
    }
    assertText(text);
    const make = Array<number>;

    return [text.toUpperCase(), list.length, isText(value), new make(2).length, palette.red.at(-1)!];
}

const released: string[] = [];

const resource = (name: string) => ({
    [Symbol.dispose]() {
        released.push(name);
    },
    async [Symbol.asyncDispose]() {
        released.push(`async ${name}`);
    },
});

export async function usingDeclarations() {
    released.length = 0;
    {
        using first = resource('first');
        await using second = resource('second');
        released.push(typeof first + typeof second);
    }
    for (using each of [resource('each')]) {
        released.push(typeof each);
    }

    return released;
}
