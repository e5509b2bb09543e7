import { Colour, Direction, Flags } from "./shared/enums.ts";
export async function enums(shape = {
    sides: 3
}) {
    return [
        Colour.Red,
        Colour[1],
        Direction.Up,
        Flags.Both,
        Flags[3],
        4,
        "xy",
        shape.sides
    ];
}
(function(Geometry) {
    Geometry.unit = 2;
    (function(Inner) {
        Inner.deep = Geometry.unit * 2;
    })(Geometry.Inner || (Geometry.Inner = {}));
    function area(width) {
        return width * Geometry.unit;
    }
    Geometry.area = area;
    class Unit {
        name = 'unit';
    }
    Geometry.Unit = Unit;
})(Geometry || (Geometry = {}));
(function(Geometry) {
    Geometry.merged = Geometry.unit + 1;
})(Geometry || (Geometry = {}));
const Legacy = Geometry.Unit;
function counted() {
    return counted.start;
}
(function(counted) {
    counted.start = 7;
})(counted || (counted = {}));
export async function namespaces() {
    return [
        Geometry.area(3),
        Geometry.Inner.deep,
        Geometry.merged,
        counted(),
        new Legacy().name
    ];
}
class Animal {
    name;
    legs;
    sound;
    static #made = 0;
    constructor(name, legs = 4, sound){
        this.name = name;
        this.legs = legs;
        this.sound = sound;
        Animal.#made++;
    }
    get description() {
        return `${this.name} ${this.legs} ${Animal.#made > 0}`;
    }
}
class Dog extends Animal {
    speak() {
        return `${this.name} says ${this.sound}`;
    }
}
export async function parameterProperties() {
    const dog = new Dog('Rex', undefined, 'woof');
    return [
        dog.description,
        dog.speak(),
        Object.keys(dog)
    ];
}
const palette = {
    red: [
        255,
        0,
        0
    ],
    green: '#00ff00'
};
export async function satisfiesAndFriends(value) {
    const text = palette.green;
    const list = palette.red;
    function isText(candidate) {
        return typeof candidate === 'string';
    }
    function assertText(candidate) {
        if (!isText(candidate)) throw new TypeError('no text');
    }
    assertText(text);
    const make = Array;
    return [
        text.toUpperCase(),
        list.length,
        isText(value),
        new make(2).length,
        palette.red.at(-1)
    ];
}
const released = [];
const resource = (name)=>({
        [Symbol.dispose] () {
            released.push(name);
        },
        async [Symbol.asyncDispose] () {
            released.push(`async ${name}`);
        }
    });
export async function usingDeclarations() {
    released.length = 0;
    {
        using first = resource('first');
        await using second = resource('second');
        released.push(typeof first + typeof second);
    }
    for (using each of [
        resource('each')
    ]){
        released.push(typeof each);
    }
    return released;
}
var Geometry;
