import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1 from "file:///app/src/reporting/getMonthReport.ts";
import $2 from "file:///app/src/reporting/formatMonthReport.ts";
export default new Segment("reporting")
  .addProcedure(new Procedure("reporting/getMonthReport")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("year", false, "number"), new NamedParameter("month", false)], $1)))
  .addProcedure(new Procedure("reporting/formatMonthReport")
    .addImplementation(new Implementation(new Version(0, 0, 0), "private",
      [new NamedParameter("data", false)], $2)));
