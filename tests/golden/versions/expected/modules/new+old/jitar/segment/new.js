import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { getEmployeeV2 as $1 } from "file:///app/src/getEmployee.ts";
import { list as $2 } from "file:///app/src/list.ts";
export default new Segment("new")
  .addProcedure(new Procedure("getEmployee")
    .addImplementation(new Implementation(new Version(2, 0, 0), "public",
      [new NamedParameter("id", false, "number"), new NamedParameter("full", true, "boolean")], $1)))
  .addProcedure(new Procedure("list")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)));
