/** The status of a page. */
export default async function fetchPage(url: string): Promise<number> {
  const response = await fetch(url);
  return response.status;
}
