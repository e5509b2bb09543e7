import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { plain as $1, initialised as $2, optional as $3, maybe as $4, rest as $5, object as $6, array as $7, objectRest as $8, arrayRest as $9, wholeOptional as $10 } from "file:///app/src/target/forms.ts";
export default new Segment("target")
  .addProcedure(new Procedure("target/plain")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("a", false, "number"), new NamedParameter("b", false)], $1)))
  .addProcedure(new Procedure("target/initialised")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("a", false, "number"), new NamedParameter("b", true)], $2)))
  .addProcedure(new Procedure("target/optional")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("a", false, "number"), new NamedParameter("b", true, "number")], $3)))
  .addProcedure(new Procedure("target/maybe")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("a", false, "number"), new NamedParameter("b", true, "number")], $4)))
  .addProcedure(new Procedure("target/rest")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("first", false), new NamedParameter("...others", true, "number")], $5)))
  .addProcedure(new Procedure("target/object")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new ObjectParameter([new NamedParameter("a", false, "number"), new NamedParameter("b", true, "number")])], $6)))
  .addProcedure(new Procedure("target/array")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new ArrayParameter([new NamedParameter("a", false, "number"), new NamedParameter("b", false, "number")])], $7)))
  .addProcedure(new Procedure("target/objectRest")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new ObjectParameter([new NamedParameter("a", false), new NamedParameter("...others", true)])], $8)))
  .addProcedure(new Procedure("target/arrayRest")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new ArrayParameter([new NamedParameter("a", false, "number"), new NamedParameter("...others", true, "number")])], $9)))
  .addProcedure(new Procedure("target/wholeOptional")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new ObjectParameter([new NamedParameter("a", true, "number"), new NamedParameter("b", true, "number")], undefined, true)], $10)));
