import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/people";
registerSegments([$1]);
