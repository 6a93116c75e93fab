import { type Connect, withConnection } from './connect.ts';

/**
 * Opens connections on which nothing can be changed: what is no SELECT is not sent, and the server would refuse a SELECT that
 * writes. What decides by what it reads decides as ever, and its answer is what it would have done.
 */
export function readingOnly(connect: Connect = withConnection): Connect {
  return (server, use, options) =>
    connect(
      server,
      async (connection) => {
        await connection.query('SET default_transaction_read_only = on');
        return await use({
          query: async (text, values) => (/^\s*SELECT\b/i.test(text) ? await connection.query(text, values) : []),
        });
      },
      options,
    );
}
