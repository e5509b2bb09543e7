import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { enums as $1, namespaces as $2, parameterProperties as $3, satisfiesAndFriends as $4, usingDeclarations as $5 } from "file:///app/src/typescript.ts";
import { standardDecorators as $6 } from "file:///app/src/decorators.ts";
import { liveBindings as $7 } from "file:///app/src/cycle/index.ts";
export default new Segment("language")
  .addProcedure(new Procedure("enums")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("shape", true)], $1)))
  .addProcedure(new Procedure("namespaces")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)))
  .addProcedure(new Procedure("parameterProperties")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $3)))
  .addProcedure(new Procedure("satisfiesAndFriends")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("value", true)], $4)))
  .addProcedure(new Procedure("usingDeclarations")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $5)))
  .addProcedure(new Procedure("standardDecorators")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $6)))
  .addProcedure(new Procedure("cycle/liveBindings")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $7)));
