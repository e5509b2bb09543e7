import { steps } from '../steps';

steps.push('second');
