import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/desk";
import $2 from "jitar:classes";
registerSegments([$1, $2]);
