import { steps } from '../steps';

console.log(`once at the end: ${steps.join(', ')}`);
