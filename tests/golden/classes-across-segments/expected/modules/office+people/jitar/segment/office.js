import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { hire as $1, meet as $2 } from "file:///app/src/office/hire.ts";
export default new Segment("office")
  .addProcedure(new Procedure("office/hire")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("name", true)], $1)))
  .addProcedure(new Procedure("office/meet")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("name", false)], $2)));
