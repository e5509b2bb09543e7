/** About 100 kB of JSON in and out. */
export default async function reverseRows(rows) {
  return rows.reverse();
}
