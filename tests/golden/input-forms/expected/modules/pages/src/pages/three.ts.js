import { readyAt } from "../cycle/a.ts";
export default `three ${readyAt()}`;
