import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/old";
registerSegments([$1]);
