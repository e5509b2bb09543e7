import { readyAt } from '../cycle/a';

export default `three ${readyAt()}`;
