export default async function hello() {
    return 'hello';
}
