import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/office";
registerSegments([$1]);
