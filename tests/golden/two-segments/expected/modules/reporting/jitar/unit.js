import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/reporting";
registerSegments([$1]);
