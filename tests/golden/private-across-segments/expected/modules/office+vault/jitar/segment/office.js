import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { ask as $1 } from "file:///app/src/office.ts";
export default new Segment("office")
  .addProcedure(new Procedure("ask")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)));
