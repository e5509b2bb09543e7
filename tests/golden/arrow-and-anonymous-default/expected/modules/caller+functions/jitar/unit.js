import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/caller";
import $2 from "jitar:segment/functions";
registerSegments([$1, $2]);
