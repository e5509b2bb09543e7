import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { overview as $1 } from "file:///app/src/office.ts";
export default new Segment("office")
  .addProcedure(new Procedure("overview")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)));
