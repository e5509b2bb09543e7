import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/target";
registerSegments([$1]);
