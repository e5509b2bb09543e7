// Differs between processes: the module looks at random numbers, so it is evaluated when the process starts.
const name = String(Math.random());

export default async function nameWorker(): Promise<string> {
    return name;
}
