import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/new";
import $2 from "jitar:segment/old";
registerSegments([$1, $2]);
