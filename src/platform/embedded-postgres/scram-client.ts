import { Client, type ClientConfig, Connection } from 'pg';

/** Messages of a server that asks for the password itself or proves nothing. */
const UNPROVEN: ReadonlySet<string | symbol> = new Set([
  'authenticationCleartextPassword',
  'authenticationMD5Password',
  'authenticationOk',
  'readyForQuery',
]);

/** The process that listens on the port did not prove that it knows the password. The password was not sent to it. */
export class ServerNotAuthenticated extends Error {
  override readonly name = 'ServerNotAuthenticated';
  /** PostgreSQL's own for a failed authentication: to try again is no use. */
  readonly code = '28000';

  constructor() {
    super('the process that listens there does not authenticate by SCRAM, as the embedded server does');
  }
}

/**
 * A client for the embedded server, whose port anybody can take once it has died. In SCRAM each side proves that it
 * knows the password and neither says it; the driver alone would hand it to a server that asks for it in clear.
 */
export class ScramClient extends Client {
  constructor(config: ClientConfig) {
    // A pool hides the password from a spread.
    const scram = { ...config, password: config.password, connection: new ScramConnection(config) };
    super(scram);
  }
}

class ScramConnection extends Connection {
  #proven = false;
  #failed = false;

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // The rest of what came with it counts for nothing.
    if (this.#failed && event !== 'end') return false;
    if (!this.#proven && UNPROVEN.has(event)) return this.emit('error', new ServerNotAuthenticated());
    if (event === 'error') {
      this.#failed = true;
      this.stream.destroy();
    }
    const handled = super.emit(event, ...args);
    // Its listener has checked the server's signature by now, and said "error" of a false one.
    if (event === 'authenticationSASLFinal') this.#proven = !this.#failed;
    return handled;
  }
}
