export { open as default } from "./last.ts";
