export default async function sayHello() {
    return 'hello';
}
