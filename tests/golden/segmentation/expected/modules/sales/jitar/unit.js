import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/sales";
registerSegments([$1]);
