import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { start as $1 } from "file:///app/src/start.ts";
export default new Segment("all")
  .addProcedure(new Procedure("start")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("value", false, "number")], $1)));
