import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { everyExtension as $1 } from "file:///app/src/extensions/index.ts";
import { everySpecifier as $2, sharedOnce as $3, reached as $4 } from "file:///app/src/resolution.ts";
import { dynamicImports as $5, importMeta as $6, ignored as $7 } from "file:///app/src/dynamic.ts";
export default new Segment("pages")
  .addProcedure(new Procedure("extensions/everyExtension")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $1)))
  .addProcedure(new Procedure("everySpecifier")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("sharedOnce")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $3)))
  .addProcedure(new Procedure("reached")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $4)))
  .addProcedure(new Procedure("dynamicImports")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("names", false)], $5)))
  .addProcedure(new Procedure("importMeta")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $6)))
  .addProcedure(new Procedure("ignored")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $7)));
