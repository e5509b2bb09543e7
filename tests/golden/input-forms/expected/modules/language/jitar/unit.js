import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/language";
registerSegments([$1]);
