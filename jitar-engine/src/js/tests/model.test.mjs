import assert from "node:assert/strict";
import { test } from "node:test";

import * as errors from "ext:jitar/errors.js";
import {
  ArrayParameter,
  Class,
  Implementation,
  NamedParameter,
  ObjectParameter,
  Procedure,
  Segment,
  Version,
} from "ext:jitar/model.js";
import { headerPairs, Request, Response } from "ext:jitar/request.js";
import * as runtime from "ext:jitar/runtime.js";

const v = (major, minor, patch) => new Version(major, minor, patch);
const implementation = (version, access, parameters = []) =>
  new Implementation(version, access, parameters, () => access);

test("versions are compared number by number (8.1, rows 1 to 6)", () => {
  const version = v(1, 2, 3);
  const rows = [
    [v(1, 2, 3), true, false, false],
    [v(10, 2, 3), false, false, true],
    [v(1, 1, 3), false, true, false],
    [v(1, 2, 10), false, false, true],
  ];
  for (const [other, equals, greater, less] of rows) {
    assert.deepEqual([version.equals(other), version.greater(other), version.less(other)], [equals, greater, less]);
  }
});

test("versions are parsed (8.1, rows 7 to 12)", () => {
  const rows = [
    ["", "0.0.0"],
    ["  ", "0.0.0"],
    ["1", "1.0.0"],
    ["1.2", "1.2.0"],
    ["1.2.3", "1.2.3"],
    ["01.002", "1.2.0"],
    ["1.2.3.4"],
    ["1.2.a"],
    ["v1"],
    [" 1"],
    ["1."],
    ["-1"],
    ["1, 2"],
    ["1.2.3-rc"],
    ["\u0661"],
    ["1\n"],
  ];
  for (const [text, expected] of rows) {
    if (expected === undefined) {
      assert.throws(
        () => Version.parse(text),
        (error) =>
          error instanceof errors.InvalidVersionNumber &&
          errors.statusOf(error) === 400 &&
          error.message === `Invalid version number '${text}'`,
      );
    } else {
      assert.equal(Version.parse(text).toString(), expected);
    }
  }
});

test("implementations (8.1, rows 13 to 17)", () => {
  assert.equal(implementation(new Version(), "private").version.toString(), "0.0.0");
  assert.equal(implementation(new Version(), "private").public, false);
  assert.equal(implementation(new Version(), "public").public, true);
  assert.equal(implementation(new Version(), "protected").protected, true);
  assert.equal(implementation(new Version(), "private").private, true);
  assert.equal(implementation(new Version(), "private").parameters.length, 0);
  const parameters = [new NamedParameter("mandatory"), new NamedParameter("optional", true, "number")];
  assert.deepEqual(
    parameters.map((p) => [p.name, p.isOptional, p.type]),
    [
      ["mandatory", false, undefined],
      ["optional", true, "number"],
    ],
  );
  for (const Pattern of [ArrayParameter, ObjectParameter]) {
    const pattern = new Pattern(parameters);
    assert.deepEqual([pattern.name, pattern.isOptional, pattern.variables], ["(anonymous)", false, parameters]);
  }
});

test("procedures choose a version (8.1, rows 18 to 23)", () => {
  const procedure = new Procedure("versioned");
  for (const version of [v(1, 0, 5), v(1, 0, 0), v(1, 1, 0)]) {
    assert.equal(procedure.addImplementation(implementation(version, "private")), procedure);
  }
  assert.equal(procedure.fqn, "versioned");
  assert.equal(procedure.public, false);
  assert.equal(new Procedure("p").addImplementation(implementation(v(0, 0, 0), "public")).public, true);
  const rows = [
    ["0.0.1", undefined],
    ["1.0.0", "1.0.0"],
    ["1.0.3", "1.0.0"],
    ["1.0.5", "1.0.5"],
    ["99", "1.1.0"],
    ["", "1.0.0"],
  ];
  for (const [requested, chosen] of rows) {
    assert.equal(procedure.getImplementation(Version.parse(requested))?.version.toString(), chosen);
  }
  assert.equal(new Procedure("none").getImplementation(new Version()), undefined);
});

test("segments (8.1, rows 24 to 27)", () => {
  class Person {}
  const clazz = new Class("person/Person", Person);
  const segment = new Segment("first").addClass(clazz);
  for (const access of ["private", "protected", "public"]) {
    segment.addProcedure(new Procedure(access).addImplementation(implementation(new Version(), access)));
  }
  assert.equal(segment.id, "first");
  for (const name of ["private", "protected", "public"]) {
    assert.equal(segment.hasProcedure(name), true);
    assert.equal(segment.getProcedure(name).fqn, name);
  }
  assert.deepEqual(
    segment.getExposedProcedures().map((p) => p.fqn),
    ["protected", "public"],
  );
  assert.deepEqual(
    segment.getProcedures().map((p) => p.fqn),
    ["private", "protected", "public"],
  );
  assert.equal(segment.hasProcedure("constructor"), false);
  assert.equal(segment.getClass("person/Person"), clazz);
  assert.equal(segment.getClassByImplementation(Person), clazz);
  assert.equal(segment.getClassByImplementation(Object), undefined);
  assert.deepEqual(segment.getClasses(), [clazz]);
});

test("errors: status, message, name", () => {
  const rows = [
    ["BadRequest", 400, "Invalid request"],
    ["Forbidden", 403, "Forbidden"],
    ["NotFound", 404, "Not found"],
    ["NotImplemented", 501, "Not implemented"],
    ["PaymentRequired", 402, "Payment required"],
    ["Teapot", 418, "I'm a teapot"],
    ["Unauthorized", 401, "Unauthorized"],
    ["ServerError", 500, "Server error"],
  ];
  for (const [name, status, message] of rows) {
    const error = new errors[name]();
    assert.ok(error instanceof Error);
    assert.deepEqual(
      [error.name, error.status, error.message, errors.statusOf(error)],
      [name, status, message, status],
    );
    assert.deepEqual(Object.keys(error), []);
    class Child extends errors[name] {}
    assert.equal(errors.statusOf(new Child("x")), status);
    assert.equal(errors.errorForStatus(status, "m").constructor, errors[name]);
    const cause = {};
    assert.equal(new errors[name]("m", { cause }).cause, cause);
    assert.equal(runtime[name], errors[name]);
  }
  const inaccessible = new errors.ProcedureNotAccessible("a/b", "1.0.0");
  assert.ok(inaccessible instanceof errors.Forbidden);
  assert.equal(inaccessible.message, "Procedure 'a/b' (v1.0.0) is not accessible");
});

test("only classes of ours give a status", () => {
  const forged = Object.assign(new Error("x"), { status: 200 });
  const inherited = Object.create(errors.NotFound.prototype);
  for (const value of [forged, inherited, new Error("x"), { status: 404 }, "x", 42, null, undefined, () => 1]) {
    assert.equal(errors.statusOf(value), 500);
    assert.equal(errors.hasStatus(value), false);
  }
  const remote = errors.errorForStatus(503, "No worker");
  assert.ok(remote instanceof Error && remote instanceof errors.RemoteError);
  assert.deepEqual([remote.status, remote.message, remote.name], [503, "No worker", "RemoteError"]);
  const named = new errors.RemoteError(404, "m", { name: "CustomError", cause: 1 });
  assert.deepEqual([named.name, named.cause, errors.statusOf(named)], ["CustomError", 1, 404]);
});

test("requests copy on write", () => {
  const headers = new Map([["X-A", "1"]]);
  const args = new Map([["a", 1]]);
  const one = new Request("f", new Version(), args, headers, "normal");
  const two = new Request("f", "1.2", args, headers, "dry");
  one.setHeader("X-Tenant", "t");
  one.setArgument("b", 2);
  assert.equal(two.hasHeader("x-tenant"), false);
  assert.equal(two.hasArgument("b"), false);
  assert.deepEqual([headers.size, args.size], [1, 1]);
  assert.deepEqual([one.fqn, one.mode, two.mode, two.version.toString()], ["f", "normal", "dry", "1.2.0"]);
  assert.deepEqual([one.getHeader("x-a"), one.getHeader("X-TENANT"), one.getArgument("b")], ["1", "t", 2]);
  one.removeHeader("X-A");
  one.removeArgument("a");
  assert.deepEqual([...one.headers.keys(), ...one.args.keys()], ["x-tenant", "b"]);
  one.clearHeaders();
  one.clearArguments();
  assert.deepEqual([one.headers.size, one.args.size], [0, 0]);
  one.args.set("c", 3);
  assert.equal(one.getArgument("c"), 3);
});

test("requests take records and lists, too", () => {
  const request = new Request("f", "", JSON.parse('{"__proto__":1,"a":2}'), [
    ["Accept", "a"],
    ["accept", "b"],
    ["cookie", "c=1"],
    ["cookie", "d=2"],
  ]);
  assert.deepEqual(
    [...request.args],
    [
      ["__proto__", 1],
      ["a", 2],
    ],
  );
  assert.deepEqual(
    [...request.headers],
    [
      ["accept", "a, b"],
      ["cookie", "c=1; d=2"],
    ],
  );
  assert.deepEqual([...new Request("f", "").args], []);
  assert.throws(() => new Request("f", "x").version, errors.BadRequest);
});

test("responses", () => {
  const response = new Response(201, "r");
  assert.deepEqual(headerPairs(response), []);
  response.result = "s";
  response.setHeader("Location", "/x");
  response.appendHeader("Set-Cookie", "a=1");
  response.appendHeader("set-cookie", "b=2");
  response.appendHeader("Vary", "a");
  response.appendHeader("vary", "b");
  response.setHeader("x-number", 5);
  assert.deepEqual([response.status, response.result], [201, "s"]);
  assert.deepEqual(response.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(response.getHeader("Set-Cookie"), "a=1, b=2");
  assert.deepEqual(headerPairs(response), [
    ["location", "/x"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["vary", "a, b"],
    ["x-number", "5"],
  ]);
  response.removeHeader("vary");
  assert.equal(response.hasHeader("Vary"), false);
  assert.deepEqual(headerPairs(new Response(200, null, new Map([["A", "ü\t"]]))), [["a", "ü\t"]]);
  for (const [name, value] of [
    ["x", "a\r\nb: c"],
    ["x", "\0"],
    ["a b", "x"],
    ["", "x"],
    ["x:", "y"],
    ["x", "\x7f"],
  ]) {
    const bad = new Response(200);
    bad.setHeader(name, value);
    assert.throws(
      () => headerPairs(bad),
      (error) => errors.statusOf(error) === 500 && /Invalid/.test(error.message),
    );
  }
});

test("`jitar` has exactly the names of section 6.10", () => {
  assert.deepEqual(Object.keys(runtime).sort(), [
    "ArrayParameter",
    "BadRequest",
    "BuildHelper",
    "Class",
    "ConfigurationManager",
    "Forbidden",
    "Implementation",
    "NamedParameter",
    "NotFound",
    "NotImplemented",
    "ObjectParameter",
    "PaymentRequired",
    "Procedure",
    "Request",
    "Response",
    "Segment",
    "ServerError",
    "Teapot",
    "Unauthorized",
    "Version",
  ]);
  assert.throws(() => new runtime.BuildHelper(), /BuildHelper belongs to Jitar for Node/);
  assert.throws(() => new runtime.ConfigurationManager(), /ConfigurationManager belongs to Jitar for Node/);
});
