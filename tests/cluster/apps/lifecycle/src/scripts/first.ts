import { steps } from '../steps';

await new Promise((resolve) => setTimeout(resolve, 20));
steps.push('first');
