/** Fails, or never ends. */
export default async function fail(kind: string): Promise<void> {
  if (kind === "loop") for (;;);
  throw new TypeError("failed on purpose");
}
