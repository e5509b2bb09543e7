import { started } from "./clock";
import { order } from "./registry";
import settings from "./settings.json";

const parsed = await Promise.resolve(new URL("https://example.com/a?b=c"));
order.push("describe");

/** What the modules did. */
export default async function describe() {
  const body = await new Response(new Blob([settings.greeting])).text();
  return {
    order,
    body,
    query: parsed.searchParams.get("b"),
    ran: started <= Date.now(),
    digest: [...new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(1)))].length,
    url: import.meta.url,
    hidden: [typeof (globalThis as any).Deno, typeof (globalThis as any).__bootstrap],
    late: [typeof WebAssembly, typeof (Promise as any).try],
  };
}
