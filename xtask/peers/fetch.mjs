// Serves functions where a server is a fetch function: `deno serve`, bun and workerd.

/** A fetch function that answers the paths of `routes`. */
export default function handler(routes) {
  return async (request) => {
    const url = new URL(request.url);
    const procedure = routes[url.pathname];

    if (procedure === undefined) {
      return new Response('not found', { status: 404 });
    }

    const values = request.method === 'GET' ? Object.fromEntries(url.searchParams) : await request.json();
    const result = await procedure(values);

    return typeof result === 'string' ? new Response(result) : Response.json(result);
  };
}
