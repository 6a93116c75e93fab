import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';

/** One request of HTTP. */
export type Exchange = {
  readonly connections: Connections;
  /** The path below the server's URL, with its query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Ends the request, also while its answer arrives; what waits for it is then rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may take in all, until the end of the answer. */
  readonly timeoutMs?: number;
  /** How long the answer may take to begin, where it has no end. */
  readonly patienceMs?: number;
  /** Asked when the request has its connection and is about to leave; an error holds it back. */
  readonly holdBack?: (() => Error | undefined) | undefined;
};

/** A TLS socket says so while it shakes hands; Node's types leave it out. */
type Connecting = Socket & { readonly secureConnecting?: boolean };

/**
 * Sends a request and resolves when its answer begins. There are many of them, so that one has a timer and not a signal
 * of its own.
 * @throws the signal's reason when it is aborted, otherwise the error of the connection.
 */
export async function exchange({ signal, timeoutMs, patienceMs, ...call }: Exchange): Promise<IncomingMessage> {
  signal?.throwIfAborted();
  const { endpoint, agent } = call.connections;
  const { method, path } = call;
  const send = endpoint.protocol === 'http:' ? httpRequest : httpsRequest;
  const headers = { ...call.headers, ...lengthOf(call.body) };
  return await new Promise((resolve, reject) => {
    const request = send({ ...endpoint, method, path: endpoint.prefix + path, headers, agent });
    let answer: IncomingMessage | undefined;
    const end = (error: Error) => (answer ?? request).destroy(error);
    const onAbort = () => end(reasonOf(signal));
    const limitMs = timeoutMs ?? patienceMs;
    const onTimeout = () => end(new Error(`no answer in ${limitMs} ms`));
    const timer = limitMs === undefined ? undefined : setTimeout(onTimeout, limitMs).unref();
    signal?.addEventListener('abort', onAbort, { once: true });
    request.on('error', reject); // also for what fails after the answer, of which its reader is told
    request.on('response', (response) => {
      if (timeoutMs === undefined) {
        clearTimeout(timer);
      }
      answer = response;
      resolve(response);
    });
    request.on('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
    leave(request, call);
  });
}

/** Node says how long a body is unless it is that of a DELETE, which the server would then take for the next request. */
function lengthOf(body: string | undefined): { readonly 'content-length'?: number } {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** A request may wait long for its connection, and nothing of it leaves before it is ended. */
function leave(request: ClientRequest, { body, holdBack }: Pick<Exchange, 'body' | 'holdBack'>): void {
  if (!holdBack) {
    request.end(body);
    return;
  }
  const go = () => {
    const error = holdBack();
    if (error) {
      request.destroy(error);
    } else {
      request.end(body);
    }
  };
  request.on('socket', (socket: Connecting) => {
    if (socket.secureConnecting) {
      socket.once('secureConnect', go);
    } else if (socket.connecting) {
      socket.once('connect', go);
    } else {
      go();
    }
  });
}

/** The rest of an answer, as text. @throws Error when it breaks off. */
export function textOf(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    answer.on('error', reject);
    answer.on('close', () => {
      if (!answer.readableEnded) {
        reject(new Error('the answer broke off'));
      }
    });
  });
}

/** Lets the rest of an answer pass, so that its connection is free again. */
export async function discard(answer: IncomingMessage): Promise<void> {
  await textOf(answer).catch(() => undefined); // it is of no interest, nor is how it ends
}
