import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { order as $1, callAll as $2, common as $3, computed as $4, callComputed as $5 } from "file:///app/src/desk.ts";
import { both as $6 } from "file:///app/src/tools/both.ts";
export default new Segment("desk")
  .addProcedure(new Procedure("order")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("amount", false, "number")], $1)))
  .addProcedure(new Procedure("callAll")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("common")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("amount", false, "number")], $3)))
  .addProcedure(new Procedure("computed")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("names", false)], $4)))
  .addProcedure(new Procedure("callComputed")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("name", false)], $5)))
  .addProcedure(new Procedure("tools/both")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $6)));
