import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1, { getEmployeeV1 as $2 } from "file:///app/src/getEmployee.ts";
export default new Segment("old")
  .addProcedure(new Procedure("getEmployee")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("id", false, "number")], $1))
    .addImplementation(new Implementation(new Version(1, 0, 0), "public",
      [new NamedParameter("id", false, "number")], $2)));
