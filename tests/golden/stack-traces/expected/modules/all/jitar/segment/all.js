import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { afterEnum as $1, inNamespace as $2, inClass as $3 } from "file:///app/src/typescript.ts";
import { inDecorated as $4 } from "file:///app/src/decorated.ts";
import { inJsx as $5 } from "file:///app/src/view.tsx";
import { inPackage as $6 } from "file:///app/src/packages.ts";
export default new Segment("all")
  .addProcedure(new Procedure("afterEnum")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)))
  .addProcedure(new Procedure("inNamespace")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("inClass")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $3)))
  .addProcedure(new Procedure("inDecorated")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $4)))
  .addProcedure(new Procedure("inJsx")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $5)))
  .addProcedure(new Procedure("inPackage")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $6)));
