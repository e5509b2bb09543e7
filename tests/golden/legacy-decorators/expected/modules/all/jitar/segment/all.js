import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { legacyDecorators as $1, decoratorMetadata as $2 } from "file:///app/src/service.ts";
export default new Segment("all")
  .addProcedure(new Procedure("legacyDecorators")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("name", false)], $1)))
  .addProcedure(new Procedure("decoratorMetadata")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)));
