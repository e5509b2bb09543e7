/** The text of a file. */
export default async function readFile(path: string): Promise<string> {
  const response = await fetch(`file://${path}`);
  return await response.text();
}
