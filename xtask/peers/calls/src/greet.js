import sayHello from './sayHello.js';

export default async function greet(name) {
    return sayHello(name);
}
