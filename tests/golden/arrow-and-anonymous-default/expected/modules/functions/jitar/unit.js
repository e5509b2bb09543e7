import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/functions";
registerSegments([$1]);
