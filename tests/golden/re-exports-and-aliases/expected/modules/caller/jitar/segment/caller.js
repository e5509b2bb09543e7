import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { callAll as $1 } from "file:///app/src/caller.ts";
export default new Segment("caller")
  .addProcedure(new Procedure("callAll")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)));
