import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { rows as $1, inAll as $2 } from "file:///app/src/data.ts";
export default new Segment("data")
  .addProcedure(new Procedure("rows")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)))
  .addProcedure(new Procedure("inAll")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)));
