// Serves one function behind node:http, as a person would write it who has no framework.
// Usage: node node-http.mjs MODULE PATH PARAMETER,PARAMETER PORT
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [modulePath, path, parameterList, port] = process.argv.slice(2);
const { default: procedure } = await import(pathToFileURL(modulePath));
const parameters = parameterList.split(',');

function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}

function answer(response, status, contentType, body) {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== path) {
    return answer(response, 404, 'text/plain', 'not found');
  }

  try {
    const values = JSON.parse(await readBody(request));
    const result = await procedure(...parameters.map((name) => values[name]));
    answer(response, 200, 'application/json', JSON.stringify(result));
  } catch (error) {
    answer(response, 500, 'text/plain', String(error.message));
  }
});

server.listen(Number(port), '127.0.0.1', () => {
  console.log(`Server started at http://127.0.0.1:${server.address().port}`);
});

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
