/** Imports a module by its name. */
export default async function load(name: string): Promise<string> {
  const { text } = await import(`./${name}`);
  return text;
}
