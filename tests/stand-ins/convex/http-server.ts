import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Admin, openAdminKey } from './admin-key.ts';
import { ApiError } from './api-error.ts';
import { type Answer, routeOf, type Services } from './routes.ts';

/** In every answer, so that nobody takes it for the real thing. */
export const standInHeader = { 'x-hearth-stand-in': 'written from the published API; not Convex' } as const;

/** The API and what lies beside it. */
export function createApiServer(services: Services): Server {
  return createServer((request, response) => {
    answerTo(services, request)
      .then((answer) => send(response, answer))
      .catch((error) => sendError(response, error));
  });
}

/** Functions that answer HTTP would be here; none can be deployed on a stand-in. */
export function createActionsServer(): Server {
  return createServer((_, response) =>
    sendError(response, new ApiError('there are no HTTP actions', { code: 'NotFound' })),
  );
}

/** Listens on every address; returns the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Ends the requests that are being answered, then the server. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

async function answerTo(services: Services, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const body = await readBody(request);
  const route = routeOf(request.method, url.pathname);
  if (route.access !== 'anybody') requireAdmin(services, request, route.access);
  const rest = decodeURIComponent(url.pathname.slice(route.path.length));
  return route.answer(services, { parameters: Object.fromEntries(url.searchParams), body, rest });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function requireAdmin({ configuration }: Services, request: IncomingMessage, access: 'reader' | 'writer'): void {
  const [, key = ''] = /^convex (.*)$/i.exec(request.headers.authorization ?? '') ?? [];
  const admin: Admin | undefined = openAdminKey(key, configuration.instance);
  if (admin === undefined) {
    throw new ApiError(`the admin key is not one of the deployment ${configuration.instance.name}`, {
      code: 'BadDeployKey',
    });
  }
  if (access === 'writer' && admin.readOnly)
    throw new ApiError('the admin key is read-only', { code: 'ReadOnlyAdminKey' });
}

function send(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'string') respond(response, 200, { type: 'text/plain; charset=utf-8', content: answer });
  else if ('download' in answer) sendDownload(response, answer);
  else sendJson(response, 200, 'json' in answer ? answer.json : answer);
}

function sendDownload(response: ServerResponse, { download, name }: { download: Buffer; name: string }): void {
  response.setHeader('content-disposition', `attachment; filename="${name}"`);
  respond(response, 200, { type: 'application/octet-stream', content: download });
}

function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof ApiError ? error : new ApiError(String(error), { code: 'InternalServerError' });
  sendJson(response, known.status, { code: known.code, message: known.message });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  respond(response, status, { type: 'application/json', content: JSON.stringify(value) });
}

interface Content {
  readonly type: string;
  readonly content: string | Buffer;
}

function respond(response: ServerResponse, status: number, { type, content }: Content): void {
  const length = Buffer.byteLength(content);
  response.writeHead(status, { ...standInHeader, 'content-type': type, 'content-length': length });
  response.end(content);
}
