import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { total as $1, count as $2 } from "file:///app/src/sales/index.ts";
export default new Segment("sales")
  .addProcedure(new Procedure("sales/total")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("year", false, "number")], $1)))
  .addProcedure(new Procedure("sales/count")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [], $2)));
