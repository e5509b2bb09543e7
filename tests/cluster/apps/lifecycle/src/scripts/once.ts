import { steps } from '../steps';

await new Promise((resolve) => setTimeout(resolve, 20));
console.log('once');
steps.push('once');
