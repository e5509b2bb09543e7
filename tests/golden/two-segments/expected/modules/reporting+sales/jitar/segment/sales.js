import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1 from "file:///app/src/sales/getMonthData.ts";
export default new Segment("sales")
  .addProcedure(new Procedure("sales/getMonthData")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("year", false, "number"), new NamedParameter("month", false)], $1)));
