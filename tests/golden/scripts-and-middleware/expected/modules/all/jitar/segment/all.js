import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { show as $1 } from "file:///app/src/show.ts";
export default new Segment("all")
  .addProcedure(new Procedure("show")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("greeting", false)], $1)));
