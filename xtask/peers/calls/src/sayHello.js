export default async function sayHello(name) {
  return `Hello, ${name}!`;
}
