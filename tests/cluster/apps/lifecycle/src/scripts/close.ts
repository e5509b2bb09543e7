import { steps } from '../steps';

steps.push('close');
console.log(`steps: ${steps.join(', ')}`);
