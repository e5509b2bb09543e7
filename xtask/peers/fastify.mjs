// Serves functions with fastify, as its own introduction does.
import cluster from 'node:cluster';

/** Answers the paths of `routes` on a port, with as many processes as are wanted. */
export default function serve(createServer, routes, port, nProcesses) {
  if (nProcesses > 1 && cluster.isPrimary) {
    for (let n = 0; n < nProcesses; n++) {
      cluster.fork();
    }
    return;
  }

  const server = createServer({ logger: false });

  for (const [path, procedure] of Object.entries(routes)) {
    server.get(path, (request) => procedure(request.query));
    server.post(path, (request) => procedure(request.body));
  }

  server.listen({ port, host: '127.0.0.1' });
}
