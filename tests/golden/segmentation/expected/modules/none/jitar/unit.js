import { registerSegments } from "jitar:remote";
registerSegments([]);
