export default async function run() {
    return 'run';
}
