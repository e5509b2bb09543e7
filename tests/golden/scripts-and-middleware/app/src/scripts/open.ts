import { state } from '../state';

state.open = true;
