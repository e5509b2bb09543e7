import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/view";
registerSegments([$1]);
