import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/vault";
registerSegments([$1]);
