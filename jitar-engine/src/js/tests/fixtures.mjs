// Classes, serialisers and tagged forms that the tests of the serialised encoding share.

import { createSerializer, Registry } from "ext:jitar/serializer.js";

export class Data {
  a = 1;
  b = true;
}

export class Constructed {
  #a;
  #b;
  #c = "hello";
  constructor(a, b) {
    this.#a = a;
    this.#b = b;
  }
  get a() {
    return this.#a;
  }
  get b() {
    return this.#b;
  }
  get c() {
    return this.#c;
  }
  set c(value) {
    this.#c = value;
  }
}

export class Nested {
  #inner;
  constructor(inner) {
    this.#inner = inner;
  }
  get inner() {
    return this.#inner;
  }
}

export class Hidden {
  #x;
  constructor(x) {
    this.#x = x;
  }
  getX() {
    return this.#x;
  }
}

export class Assigned {
  constructor(x) {
    this.x = x;
    this.doubled = x * 2;
  }
}

export class Child extends Constructed {
  extra = 3;
}

export class Rest {
  constructor(first, ...others) {
    this.first = first;
    this.others = others;
  }
}

export class Destructured {
  constructor({ a, b: c = 1 }, [d]) {
    this.a = a;
    this.c = c;
    this.d = d;
  }
}

export class Money extends Error {
  constructor(message, amount) {
    super(message);
    this.name = "Money";
    this.amount = amount;
  }
}

export class Wrapped extends TypeError {}

export class Checked {
  constructor(age) {
    if (typeof age !== "number") {
      throw new TypeError("age must be a number");
    }
    this.age = Math.max(0, age);
    this.log = () => this.age;
  }
}

export class Node {
  next = null;
  constructor(id) {
    this.id = id;
  }
}

const CLASSES = {
  Data,
  Constructed,
  Nested,
  Hidden,
  Assigned,
  Child,
  Rest,
  Destructured,
  Money,
  Wrapped,
  Checked,
  Node,
  Invalid: "no function",
};
export const classes = new Registry();
for (const [name, clazz] of Object.entries(CLASSES)) {
  classes.add(`test/${name}`, clazz);
}
export const client = createSerializer({ classes });
export const trusted = createSerializer({ classes, trusted: true });
export const peer = createSerializer({ classes, trusted: true, peer: true });

export const wire = (form) => (form === undefined ? undefined : JSON.parse(JSON.stringify(form)));
export const roundTrip = (serializer, value) => serializer.deserialize(wire(serializer.serialize(value)));
export const tag = (name, members) => ({ serialized: true, name, ...members });
export const instance = (name, args, fields = {}, more = {}) => ({
  serialized: true,
  key: `test/${name}`,
  name: "class",
  args,
  fields,
  ...more,
});
