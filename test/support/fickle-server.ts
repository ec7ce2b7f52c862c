import { SmtpSink } from './smtp-sink';

/** What an SMTP server has against a mail, and when in their dialogue it says so. */
export interface Trouble {
  readonly step: 'connection' | 'sender' | 'recipient' | 'message';
  /** The status of its reply; undefined: it says nothing, and keeps the connection. */
  readonly status?: number;
  /** What its words begin with: the reason, as RFC 3463 numbers it. */
  readonly reason?: string;
  /** Where it has something against some recipients only. */
  readonly only?: readonly string[];
}

/** An SMTP server that has moods. */
export class FickleServer {
  /** Whom it was asked to take a mail for, once for each attempt. */
  readonly attempts: string[] = [];
  private sink: SmtpSink;
  private mood: Trouble | undefined;

  static async start(): Promise<FickleServer> {
    const server = new FickleServer();
    server.sink = await SmtpSink.start({
      closeTimeout: 10,
      onConnect: (_, done) => server.answer('connection', done),
      onMailFrom: (_, __, done) => server.answer('sender', done),
      onRcptTo: ({ address }, _, done) => {
        server.attempts.push(address);
        server.answer('recipient', done, address);
      },
    });
    return server;
  }

  /** What it has against everything from now on; undefined: nothing. */
  set trouble(trouble: Trouble | undefined) {
    this.mood = trouble;
    this.sink.verdict = trouble?.step === 'message' ? refusal(trouble) : null;
  }

  get inbox(): SmtpSink {
    return this.sink;
  }

  private answer(step: string, done: (error?: Error) => void, address = ''): void {
    if (this.mood?.step !== step || this.mood.only?.includes(address) === false) done();
    else if (this.mood.status !== undefined) done(refusal(this.mood, address));
  }
}

/** In words that repeat whom it is about, as those of many servers do. */
function refusal({ status, reason = '' }: Trouble, address = ''): Error {
  return Object.assign(new Error(`${reason} no mail for <${address}>`.trim()), { responseCode: status });
}
