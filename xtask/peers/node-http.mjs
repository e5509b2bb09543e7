// Serves functions behind node:http, as a person would write it who has no framework.
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { parse } from 'node:querystring';

function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}

function send(response, status, contentType, body) {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Answers the paths of `routes` on a port, with as many processes as are wanted. */
export default function serve(routes, port, nProcesses) {
  if (nProcesses > 1 && cluster.isPrimary) {
    for (let n = 0; n < nProcesses; n++) {
      cluster.fork();
    }
    return;
  }

  const server = createServer(async (request, response) => {
    const [path, query] = request.url.split('?', 2);
    const procedure = routes[path];

    if (procedure === undefined) {
      return send(response, 404, 'text/plain', 'not found');
    }

    try {
      const values = request.method === 'GET' ? parse(query) : JSON.parse(await readBody(request));
      const result = await procedure(values);

      if (typeof result === 'string') {
        send(response, 200, 'text/plain; charset=utf-8', result);
      } else {
        send(response, 200, 'application/json', JSON.stringify(result));
      }
    } catch (error) {
      send(response, 500, 'text/plain', String(error.message));
    }
  });

  server.listen(port, '127.0.0.1');
}
