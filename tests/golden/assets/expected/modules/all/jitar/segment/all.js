import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1 from "file:///app/src/hello.ts";
export default new Segment("all")
  .addProcedure(new Procedure("hello")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)));
