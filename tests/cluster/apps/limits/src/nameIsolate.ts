// Differs between isolates: the module looks at random numbers, so it is evaluated when the isolate starts.
const name = String(Math.random());

export default async function nameIsolate(): Promise<string> {
    return name;
}
