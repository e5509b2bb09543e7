import { state } from "../state.ts";
state.open = false;
