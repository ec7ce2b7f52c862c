import { Client, type ClientConfig, Connection } from 'pg';

/** Messages of a server that requests the clear-text password or does not prove that it knows the password. */
const UNPROVEN: ReadonlySet<string | symbol> = new Set([
  'authenticationCleartextPassword',
  'authenticationMD5Password',
  'authenticationOk',
  'readyForQuery',
]);

/** The process that listens on the port did not prove that it knows the password. The password was not sent to it. */
export class ServerNotAuthenticated extends Error {
  override readonly name = 'ServerNotAuthenticated';
  /** PostgreSQL's code for a failed authentication, which is not retried. */
  readonly code = '28000';

  constructor() {
    super('the process that listens there does not authenticate by SCRAM, as the embedded server does');
  }
}

/**
 * A client for the embedded server. After a crash, any local account can take the port of the server. In SCRAM each side proves that
 * it knows the password without sending it; the driver alone would send it to a server that requests it in clear text.
 */
export class ScramClient extends Client {
  constructor(config: ClientConfig) {
    // The pool makes the password non-enumerable, so a spread omits it.
    const scram = { ...config, password: config.password, connection: new ScramConnection(config) };
    super(scram);
  }
}

class ScramConnection extends Connection {
  #proven = false;
  #failed = false;

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // Further messages in the same packet are ignored.
    if (this.#failed && event !== 'end') return false;
    if (!this.#proven && UNPROVEN.has(event)) return this.emit('error', new ServerNotAuthenticated());
    if (event === 'error') {
      this.#failed = true;
      this.stream.destroy();
    }
    const handled = super.emit(event, ...args);
    // The driver's listener has verified the server's signature before, and emitted an error for an invalid one.
    if (event === 'authenticationSASLFinal') this.#proven = !this.#failed;
    return handled;
  }
}
