import { Client, type ClientConfig, type QueryConfig, type QueryResult } from 'pg';

const BEGIN = /^\s*(BEGIN|START TRANSACTION)\s*$/i;

type Query = string | QueryConfig;
type Send = (query: Query, values?: unknown[]) => Promise<QueryResult>;
type Callback = (error: Error | null, result?: QueryResult) => void;

/**
 * A client for a pooler that may use another server connection for each transaction, so no session state persists. Every
 * statement is in a transaction that begins with the settings, and no statement is prepared by name.
 *
 * @param settings statements whose effect ends with the transaction
 */
export function statelessClient(settings: string): new (config: ClientConfig) => Client {
  const begin = `BEGIN ISOLATION LEVEL READ COMMITTED; ${settings}`;

  return class StatelessClient extends Client {
    constructor(config: ClientConfig) {
      super(config);
      const send = super.query.bind(this) as Send;
      let former: Promise<unknown> = Promise.resolve();
      const inTurn: Send = async (query, values) => {
        const result = former.then(async () => this.run(send, query, values));
        former = result.catch(() => undefined);
        return result;
      };
      // The pool and the ORM use all of these signatures.
      const query = (text: Query, values?: unknown[] | Callback, callback?: Callback) => {
        const done = typeof values === 'function' ? values : callback;
        const result = inTurn(text, typeof values === 'function' ? undefined : values);
        return done ? void tell(result, done) : result;
      };
      this.query = query as Client['query'];
    }

    private async run(send: Send, query: Query, values?: unknown[]): Promise<QueryResult> {
      if (BEGIN.test(typeof query === 'string' ? query : query.text)) return send(begin);
      const unnamed = typeof query === 'string' ? query : { ...query, name: undefined };
      if (this.getTransactionStatus() !== 'I') return send(unnamed, values);
      await send(begin);
      try {
        const result = await send(unnamed, values);
        await send('COMMIT');
        return result;
      } catch (error) {
        await send('ROLLBACK').catch(() => undefined);
        throw error;
      }
    }
  };
}

async function tell(result: Promise<QueryResult>, done: Callback): Promise<void> {
  let answer: Parameters<Callback>;
  try {
    answer = [null, await result];
  } catch (error) {
    answer = [error as Error];
  }
  // Outside of the try block: an exception of the callback must not call it again.
  done(...answer);
}
