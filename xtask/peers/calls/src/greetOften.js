import sayHello from './sayHello.js';

/** Calls another segment again and again. */
export default async function greetOften(times) {
  let greeting = '';

  for (let time = 0; time < times; time++) {
    greeting = await sayHello('World');
  }

  return greeting;
}
