import { state } from '../state';

state.open = false;
