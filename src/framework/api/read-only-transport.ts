import { type ApiRequest, Transport } from './transport.ts';

/** A transport that cannot change anything: what is not a read must be a dry run. */
export class ReadOnlyTransport extends Transport {
  override async request<T>(request: ApiRequest): Promise<T> {
    const { method = 'GET', path, query } = request;
    if (method !== 'GET' && query?.['dryRun'] !== 'All') {
      throw new Error(`${method} ${path} would change something, and only a plan is made`);
    }
    return await super.request<T>(request);
  }
}
