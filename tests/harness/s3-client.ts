import { createHash, createHmac } from 'node:crypto';

/** Where a bucket store is, and as whom to talk to it. */
export interface S3Access {
  /** Scheme, host and port. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Default: us-east-1. */
  readonly region?: string;
}

/** One request; the path begins with the bucket. */
export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly body?: string;
}

/** Sends a request with a signature of version 4 in its headers: just enough of S3 for tests to look into a store. */
export async function s3Request(access: S3Access, { method, path, body = '' }: S3Request): Promise<Response> {
  const url = new URL(path, access.endpoint);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const signed = { host: url.host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time };
  const names = Object.keys(signed).join(';');
  const headers = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [method, url.pathname, url.searchParams, headers.join(''), names, sha256(body)].join('\n');
  const scope = [time.slice(0, 8), access.region ?? 'us-east-1', 's3', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${access.secretKey}`);
  const credential = `Credential=${access.accessKey}/${scope.join('/')}`;
  const { host: _, ...sent } = signed;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${hmac(key, toSign).toString('hex')}`;
  return await fetch(url, {
    method,
    headers: { ...sent, authorization },
    ...(method === 'PUT' ? { body } : {}),
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
