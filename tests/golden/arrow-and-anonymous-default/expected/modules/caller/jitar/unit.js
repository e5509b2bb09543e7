import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/caller";
registerSegments([$1]);
