import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1, { cancel as $2, place as $3 } from "file:///app/src/shop/index.ts";
import { both as $4 } from "file:///app/src/tools/both.ts";
import { Order as $5 } from "file:///app/src/model/Order.ts";
import { only as $6 } from "file:///app/src/tools/sales.ts";
export default new Segment("sales")
  .addClass(new Class("model/Order", $5))
  .addProcedure(new Procedure("shop")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new ObjectParameter([new ObjectParameter([new ArrayParameter([new NamedParameter("first", false), new NamedParameter("...others", true)], "name")], "day"), new NamedParameter("until", true)])], $1)))
  .addProcedure(new Procedure("shop/cancel")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("id", false, "number"), new NamedParameter("...reasons", true)], $2)))
  .addProcedure(new Procedure("shop/order")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("amount", false, "number"), new NamedParameter("order", true)], $3)))
  .addProcedure(new Procedure("tools/both")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $4)))
  .addProcedure(new Procedure("tools/only")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("name", false)], $6)));
