// The runtime for browsers, with a `fetch` that answers by itself.

import "./hook.mjs";

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

const browser = await import("../browser.js");

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

/** Answers every request, and gives the requests. */
function answer(body, kind, status = 200) {
  const requests = [];
  globalThis.fetch = async (url, init) => {
    init.signal?.throwIfAborted();
    requests.push({ url: String(url), ...init });
    return new Response(body, { status, headers: kind === undefined ? {} : { "x-jitar-content-type": kind } });
  };
  return requests;
}

test("calls say name, version and arguments", async () => {
  const requests = answer("3", "application/number");
  const result = await browser.__run("shop/a b", "1.2.0", { first: new Map([[1, 2]]), absent: undefined }, undefined);
  assert.equal(result, 3);
  const [{ url, method, headers, body }] = requests;
  assert.ok(url.endsWith("/rpc/shop/a%20b"), url);
  assert.equal(method, "POST");
  assert.equal(headers["x-jitar-data-encoding"], "serialized");
  assert.equal(headers["x-jitar-procedure-version"], "1.2.0");
  assert.deepEqual(JSON.parse(body), { first: { serialized: true, name: "Map", entries: { keys: [1], values: [2] } } });
});

test("results have their types", async () => {
  const cases = [
    ["text", "text/plain", "text"],
    ["true", "application/boolean", true],
    ["", "application/null", null],
    ["", "application/undefined", undefined],
    ["[1]", "application/json", [1]],
    ['{"serialized":true,"name":"Map","entries":{"keys":[1],"values":[2]}}', "application/json", new Map([[1, 2]])],
    [new Uint8Array([1, 2]), "application/octet-stream", new Uint8Array([1, 2])],
  ];
  for (const [body, kind, expected] of cases) {
    answer(body, kind);
    assert.deepEqual(await browser.__run("f", "0.0.0", {}), expected);
  }
});

test("instances of registered classes cross", async () => {
  class Order {
    id;
    constructor(id) {
      this.id = id;
    }
  }
  browser.__registerClass("shop/Order", Order);
  const requests = answer('{"serialized":true,"key":"shop/Order","name":"class","args":{"0":"1"},"fields":{}}', "application/json");
  const order = await browser.__run("f", "0.0.0", { order: new Order("2") });
  assert.ok(order instanceof Order && order.id === "1");
  assert.equal(JSON.parse(requests[0].body).order.key, "shop/Order");
});

test("refusals are thrown with their class", async () => {
  answer("no such thing", "text/plain", 404);
  await assert.rejects(browser.__run("f", "0.0.0", {}), (error) => error instanceof browser.NotFound && error.message === "no such thing");
  globalThis.fetch = async () => {
    throw new TypeError("failed");
  };
  await assert.rejects(browser.__run("f", "0.0.0", {}), /The service can not be reached/);
});

test("an aborted call rejects with the reason of its signal", async () => {
  answer("1", "application/number");
  const controller = new AbortController();
  const call = browser.withSignal(controller.signal, () => browser.__run("f", "0.0.0", {}));
  controller.abort();
  await assert.rejects(call, { name: "AbortError" });
  assert.equal(await browser.__run("f", "0.0.0", {}), 1, "others go on");
});

test("twenty calls run at a time, and others wait", async () => {
  let [running, most] = [0, 0];
  globalThis.fetch = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    return new Response("1", { headers: { "x-jitar-content-type": "application/number" } });
  };
  const results = await Promise.all(Array.from({ length: 100 }, () => browser.__run("f", "0.0.0", {})));
  assert.deepEqual([most, results.length], [20, 100]);
  const refused = Array.from({ length: 1021 }, () => browser.__run("f", "0.0.0", {}).catch((error) => error.status));
  assert.equal((await Promise.all(refused)).filter((result) => result === 503).length, 1);
});

test("middleware is around calls", async () => {
  const requests = answer("1", "application/number");
  browser.addMiddleware({
    async handle(request, next) {
      request.setHeader("x-mine", "yes");
      const response = await next();
      response.result += 1;
      return response;
    },
  });
  assert.equal(await browser.__run("f", "0.0.0", {}), 2);
  assert.equal(requests[0].headers["x-mine"], "yes");
  assert.throws(() => browser.addMiddleware({}), /function `handle`/);
});
