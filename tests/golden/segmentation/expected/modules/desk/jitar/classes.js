import { Segment, Class } from "jitar:runtime";
import { Order as $1 } from "file:///app/src/model/Order.ts";
export default new Segment("")
  .addClass(new Class("model/Order", $1));
