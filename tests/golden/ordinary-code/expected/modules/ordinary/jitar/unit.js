import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/ordinary";
registerSegments([$1]);
