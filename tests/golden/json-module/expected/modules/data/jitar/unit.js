import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/data";
registerSegments([$1]);
