import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { names as $1 } from "file:///app/src/forms.ts";
import { order as $2, shapes as $3 } from "file:///app/src/order.ts";
import { failing as $4 } from "file:///app/src/fail.ts";
export default new Segment("all")
  .addProcedure(new Procedure("names")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)))
  .addProcedure(new Procedure("order")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("shapes")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $3)))
  .addProcedure(new Procedure("failing")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $4)));
