import { request as httpsRequest, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

/** One request to the apiserver. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query, for example `/api/v1/namespaces/default/pods?limit=1`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `application/json`, for PATCH `application/merge-patch+json`. */
  readonly contentType?: string;
  /** What the answer is to be in; default: `application/json`. */
  readonly accept?: string;
  readonly userAgent?: string;
  readonly timeoutMs?: number;
}

/** An object as it comes from the apiserver. Tests look into kinds of every shape; a wrong guess fails the test. */
// biome-ignore lint/suspicious/noExplicitAny: see above; the one place where it is allowed here
export type Json = any;

/** The apiserver's answer; a status of 400 or more is an answer too. */
export interface ApiResponse {
  readonly status: number;
  readonly body: Json;
}

/** Sends one request to the apiserver of a kubeconfig, as its user. */
export async function apiRequest(kubeconfig: string, wanted: ApiRequest): Promise<ApiResponse> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${kubeconfig} has no current cluster`);
  const options: RequestOptions = { method: wanted.method ?? 'GET', headers: headersOf(wanted) };
  await config.applyToHTTPSOptions(options);
  const url = new URL(cluster.server.replace(/\/$/, '') + wanted.path);
  return await send(url, { ...options, agent: false, timeout: wanted.timeoutMs ?? 30_000 }, wanted.body);
}

function headersOf(wanted: ApiRequest): Record<string, string> {
  const patch = wanted.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers: Record<string, string> = {
    accept: wanted.accept ?? 'application/json',
    'user-agent': wanted.userAgent ?? 'testenv',
  };
  if (wanted.body !== undefined) headers['content-type'] = wanted.contentType ?? patch;
  return headers;
}

async function send(url: URL, options: RequestOptions, body: unknown): Promise<ApiResponse> {
  return await new Promise((resolve, reject) => {
    const request = httpsRequest(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }));
    });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error(`${options.method} ${url.pathname} timed out`)));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parse(content: Buffer): unknown {
  const text = content.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
