import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/new";
registerSegments([$1]);
