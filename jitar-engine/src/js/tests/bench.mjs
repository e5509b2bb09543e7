// What our JavaScript costs per call: `node jitar-engine/src/js/tests/bench.mjs`. For orientation, not a test.

import "./hook.mjs";

const { fromJson, prepare, prepareQuery } = await import("ext:jitar/arguments.js");
const { NamedParameter, ObjectParameter } = await import("ext:jitar/model.js");
const { Request } = await import("ext:jitar/request.js");
const { encode } = await import("ext:jitar/result.js");
const { createSerializer, Registry } = await import("ext:jitar/serializer.js");

function bench(name, run, iterations = 500_000) {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    for (let idx = 0; idx < iterations; idx++) {
      run();
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / iterations);
  }
  console.log(`${name.padEnd(58)} ${best.toFixed(0).padStart(7)} ns`);
}

class Person {
  #name;
  age;
  constructor(name) {
    this.#name = name;
  }
  get name() {
    return this.#name;
  }
}

const named = [new NamedParameter("year", false, "number"), new NamedParameter("month")];
const bindNamed = prepare(named);
const bindPattern = prepare([new ObjectParameter(named)]);
const query = prepareQuery(named);
const text = '{"year":2025,"month":"April"}';
const result = { year: 2025, month: "April", rows: [1, 2, 3], total: 12.5 };
const headers = [
  ["accept", "*/*"],
  ["traceparent", "00-1-2-03"],
];
const classes = new Registry();
classes.add("Person", Person);
const plain = createSerializer({ classes });
const peer = createSerializer({ classes, trusted: true, peer: true });
const person = Object.assign(new Person("Ann"), { age: 4 });
const bytes = new Uint8Array(10_000).fill(7);
const cross = (serializer, value) => serializer.deserialize(JSON.parse(JSON.stringify(serializer.serialize(value))));

bench("JSON.parse of two arguments alone", () => JSON.parse(text));
bench("fromJson and bind two named parameters", () => bindNamed(fromJson(text)));
bench("fromJson and bind an object pattern", () => bindPattern(fromJson(text)));
bench("two query arguments, one a number, and bind", () =>
  bindNamed(
    query(["year", "2025", "month", "April"]),
  ),
);
bench("a request that nobody looks at", () => new Request("f", "", {}, headers));
bench("a request of which a header is read", () => new Request("f", "", {}, headers).getHeader("Accept"));
bench("encode a small object", () => encode(result));
bench("JSON in, bind, JSON out", () => encode({ v: bindNamed(fromJson(text)) }));
bench("serialise a small object", () => plain.serialize(result));
bench("serialise a small object for a peer of ours", () => peer.serialize(result));
bench("a small object there and back", () => cross(plain, result), 100_000);
bench("an instance there and back", () => cross(plain, person), 100_000);
bench("10 kB of bytes there and back, as a list of numbers", () => cross(plain, bytes), 2000);
bench("10 kB of bytes there and back, as base64", () => cross(peer, bytes), 2000);
