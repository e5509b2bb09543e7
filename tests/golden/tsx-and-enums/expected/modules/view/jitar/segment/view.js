import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { page as $1, paint as $2 } from "file:///app/src/view.tsx";
export default new Segment("view")
  .addProcedure(new Procedure("page")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("name", false)], $1)))
  .addProcedure(new Procedure("paint")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("colour", false, "number")], $2)));
