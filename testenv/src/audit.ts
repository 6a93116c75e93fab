import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * A place in the audit log. Marks are exact: the apiserver writes the line of a request before it ends the response,
 * so every request whose answer you have is before a mark that you take now, and every one you send later is after it.
 */
export interface AuditMark {
  readonly offset: number;
}

/** One request as the apiserver saw it. A watch counts once, when it is answered for the first time. */
export interface AuditRequest {
  readonly id: string;
  readonly verb: string;
  readonly user: string;
  readonly impersonated: string | undefined;
  readonly userAgent: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uri: string;
  readonly code: number;
  readonly time: Date;
}

/** Which requests to return; everything that is given has to hold. */
export interface AuditQuery {
  /** The user name, for example `system:serviceaccount:hearth:operator`. */
  readonly user?: string;
  readonly since?: AuditMark;
  readonly until?: AuditMark;
  readonly verbs?: readonly string[];
  readonly resource?: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** A part of the user agent. */
  readonly userAgent?: string;
}

/** The verbs that change something. */
export const writeVerbs = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/** Reads the audit log of a control plane. */
export interface AuditLog {
  /** The file, one JSON event a line. */
  readonly path: string;
  /** The place that separates what has been answered from what will be. */
  mark(): AuditMark;
  /** The requests that match, in the order in which they were answered. */
  requests(query?: AuditQuery): AuditRequest[];
}

/** The part of an audit event that is read. */
interface AuditEvent {
  readonly auditID: string;
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly stageTimestamp: string;
}

/** Opens the audit log at a path. It may not exist before the first request. */
export function openAuditLog(path: string): AuditLog {
  return {
    path,
    mark: () => ({ offset: existsSync(path) ? lastLineStart(path) : 0 }),
    requests: (query = {}) =>
      read(path, query)
        .filter((event) => counts(event))
        .map(toRequest)
        .filter((request) => matches(request, query)),
  };
}

/** Where the next line begins: after the last complete one, for one that is being written is of a request to come. */
function lastLineStart(path: string): number {
  const CHUNK = 64 * 1024;
  const file = openSync(path, 'r');
  try {
    for (let end = fstatSync(file).size; end > 0; end -= CHUNK) {
      const start = Math.max(0, end - CHUNK);
      const content = Buffer.alloc(end - start);
      readSync(file, content, 0, content.length, start);
      const lineFeed = content.lastIndexOf('\n');
      if (lineFeed !== -1) return start + lineFeed + 1;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}

function read(path: string, query: AuditQuery): AuditEvent[] {
  const file = openSync(path, 'r');
  try {
    const start = query.since?.offset ?? 0;
    const end = query.until?.offset ?? fstatSync(file).size;
    const content = Buffer.alloc(Math.max(0, end - start));
    readSync(file, content, 0, content.length, start);
    // A line that is being written right now belongs to a request that has not been answered yet.
    const complete = content.subarray(0, content.lastIndexOf('\n') + 1).toString('utf8');
    return complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line): AuditEvent => JSON.parse(line));
  } finally {
    closeSync(file);
  }
}

const longRunning = new Set(['attach', 'exec', 'portforward', 'proxy']);

/** A long-running request is logged when it starts and when it ends; only its start counts. */
function counts(event: AuditEvent): boolean {
  const long = event.verb === 'watch' || longRunning.has(event.objectRef?.subresource ?? '');
  return long ? event.stage === 'ResponseStarted' : event.stage !== 'ResponseStarted';
}

function toRequest(event: AuditEvent): AuditRequest {
  const { apiGroup = '', resource = '', subresource = '', namespace = '', name = '' } = event.objectRef ?? {};
  return {
    id: event.auditID,
    verb: event.verb,
    user: event.user.username,
    impersonated: event.impersonatedUser?.username,
    userAgent: event.userAgent ?? '',
    group: apiGroup,
    resource,
    subresource,
    namespace,
    name,
    uri: event.requestURI,
    code: event.responseStatus?.code ?? 0,
    time: new Date(event.stageTimestamp),
  };
}

function matches(request: AuditRequest, query: AuditQuery): boolean {
  const equal = (['user', 'resource', 'group', 'namespace', 'name'] as const).every(
    (field) => query[field] === undefined || query[field] === request[field],
  );
  const verb = query.verbs === undefined || query.verbs.includes(request.verb);
  return equal && verb && request.userAgent.includes(query.userAgent ?? '');
}
