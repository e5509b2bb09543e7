export async function sayHello() {
    return 'domain hello';
}
