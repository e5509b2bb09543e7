import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1 from "file:///app/src/sayHello.ts";
import { sayHello as $2 } from "file:///app/src/domain/sayHello.ts";
import { sayBye as $3 } from "file:///app/src/domain/sayGoodbye.ts";
import $5, { checkSecret as $4, check as $6, guess as $7 } from "file:///app/src/game/index.ts";
import { getEmployeeV2 as $8 } from "file:///app/src/getEmployee.ts";
import $9 from "file:///app/src/foo/myindex.ts";
export default new Segment("all")
  .addProcedure(new Procedure("sayHello")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)))
  .addProcedure(new Procedure("domain/sayHello")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("domain/sayBye")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $3)))
  .addProcedure(new Procedure("game/checkSecret")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("secret", false)], $4)))
  .addProcedure(new Procedure("game")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $5)))
  .addProcedure(new Procedure("game/check")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("secret", false)], $6)))
  .addProcedure(new Procedure("game/tryLuck")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $7)))
  .addProcedure(new Procedure("getEmployee")
    .addImplementation(new Implementation(new Version(2, 0, 0), "public",
      [], $8)))
  .addProcedure(new Procedure("foo/run")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $9)));
