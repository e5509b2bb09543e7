import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { arrow as $1, expression as $2, assigned as $3 } from "file:///app/src/functions.ts";
import $4 from "file:///app/src/anonymous.ts";
import $5 from "file:///app/src/folder/arrow.ts";
import $6 from "file:///app/src/folder/index.ts";
export default new Segment("functions")
  .addProcedure(new Procedure("arrow")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("a", false, "number")], $1)))
  .addProcedure(new Procedure("expression")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("a", false, "number")], $2)))
  .addProcedure(new Procedure("assigned")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("a", false, "number")], $3)))
  .addProcedure(new Procedure("anonymous")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("a", false, "number")], $4)))
  .addProcedure(new Procedure("folder/arrow")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("a", false, "number")], $5)))
  .addProcedure(new Procedure("folder")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("a", false, "number")], $6)));
