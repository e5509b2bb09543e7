import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import { secret as $1, hint as $2 } from "file:///app/src/vault.ts";
export default new Segment("vault")
  .addProcedure(new Procedure("secret")
    .addImplementation(new Implementation(new Version(0, 0, 0), "private",
      [], $1)))
  .addProcedure(new Procedure("hint")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [], $2)));
