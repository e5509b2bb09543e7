import { state } from "../state.ts";
state.open = true;
