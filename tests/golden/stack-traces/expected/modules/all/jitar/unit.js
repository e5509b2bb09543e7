import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/all";
registerSegments([$1]);
