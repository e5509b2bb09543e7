import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { Person as $1 } from "file:///app/src/people/Person.ts";
import { describe as $2, makePerson as $3 } from "file:///app/src/people/describe.ts";
export default new Segment("people")
  .addClass(new Class("people/Person", $1))
  .addProcedure(new Procedure("people/describe")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("person", false)], $2)))
  .addProcedure(new Procedure("people/makePerson")
    .addImplementation(new Implementation(new Version(0, 0, 0), "protected",
      [new NamedParameter("name", false)], $3)));
