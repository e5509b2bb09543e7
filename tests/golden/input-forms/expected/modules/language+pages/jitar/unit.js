import { registerSegments } from "jitar:remote";
import $1 from "jitar:segment/language";
import $2 from "jitar:segment/pages";
registerSegments([$1, $2]);
