import { Segment, Class } from "jitar:runtime";
import { Person as $1 } from "file:///app/src/people/Person.ts";
export default new Segment("")
  .addClass(new Class("people/Person", $1));
