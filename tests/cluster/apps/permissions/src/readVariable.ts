/** An environment variable; `null` when it is not there. */
export default async function readVariable(name: string): Promise<string | null> {
  return process.env[name] ?? null;
}
