import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database } from '../../src/platform/database';
import { PasswordsService } from '../../src/passwords';
import { Outbox } from '../../src/platform/mail';
import { UsersService } from '../../src/users';
import { Api, type TokenBody } from './api';
import type { Conformance } from './conformance';
import { timed } from './costs';
import type { ReceivedMail, SmtpSink } from './smtp-sink';
import type { TestClock } from './test-clock';
import { TestFactors } from './test-factors';
import { type SignInOptions, TestUser } from './test-user';

export const PASSWORD = 'teal otters juggle 7 lanterns';

export interface Person {
  readonly email: string;
  readonly password: string;
}

const newAddress = (): string => `person-${randomBytes(6).toString('hex')}@example.com`;

/** The real application on a real database, listening on a free port. */
export class TestApp {
  /** Requests without credentials. */
  readonly api: Api;
  readonly database: Database;
  private readonly people = new Map<string, Person>();
  private readonly factors = new TestFactors(this);
  private readonly hashes = new Map<string, Promise<string>>();

  constructor(
    readonly nest: NestFastifyApplication,
    readonly clock: TestClock,
    url: string,
    readonly databaseUrl: string,
    private readonly end: () => Promise<void>,
    private readonly sink?: SmtpSink,
    private readonly conformance?: Conformance,
  ) {
    this.api = new Api(url, {}, conformance);
    this.database = nest.get(Database);
  }

  async query<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>({ text }, parameters);
  }

  /**
   * A person by a name of the test's choosing, new the first time and the same person later. Each call signs them in anew, with a
   * verified address, these rights and no others, and by a second step once they have a factor.
   */
  async as(name: string, { factor, ...rights }: SignInOptions = {}): Promise<TestUser> {
    return timed('signIn', async () => {
      const person = this.people.get(name) ?? (await this.someone());
      this.people.set(name, person);
      return TestUser.signIn(this, person, rights, async () => this.factors.signIn(person, factor));
    });
  }

  /** A new account as registration makes it, but without the mail and the audit event; `registers` sends the request. */
  async someone({ password = PASSWORD }: { password?: string } = {}): Promise<Person> {
    const email = newAddress();
    const hash = await this.hashOf(password);
    await this.database.transaction(async () => {
      const id = await this.nest.get(UsersService).add({ email });
      await this.nest.get(PasswordsService).store(id ?? '', hash);
    });
    return { email, password };
  }

  /** A new account, by the request that makes one. */
  async registers({ password = PASSWORD }: { password?: string } = {}): Promise<Person> {
    const email = newAddress();
    const { status } = await this.api.post('/v1/auth/register', { json: { email, password } });
    if (status !== 202) throw new Error(`registration answered ${status}`);
    return { email, password };
  }

  /** Signs a person in, or a new one. */
  async signIn(person?: Person): Promise<TokenBody> {
    return timed('signIn', async () => {
      const { email, password } = person ?? (await this.someone());
      const { status, body } = await this.api.post<TokenBody>('/v1/auth/login', {
        json: { email, password },
      });
      if (status !== 200) throw new Error(`signing in answered ${status}`);
      return body;
    });
  }

  private async hashOf(password: string): Promise<string> {
    const hash = this.hashes.get(password) ?? this.nest.get(PasswordsService).hash(password);
    this.hashes.set(password, hash);
    return hash;
  }

  /** Where mails arrive, for an application that was started with `smtp`. */
  get smtp(): SmtpSink {
    if (!this.sink) throw new Error('this application was started without smtp');
    return this.sink;
  }

  /** The next mail for an address that was not asked for before. */
  async mailFor(address: string, subject?: string): Promise<ReceivedMail> {
    const awaited = { withinMs: 2_000, ...(subject !== undefined && { subject }) };
    if (!this.smtp.has(address, awaited)) await this.mailsSent();
    return this.smtp.next(address, awaited);
  }

  /** Waits until no mail is left to be sent now. */
  async mailsSent(): Promise<void> {
    await this.nest.get(Outbox).run();
  }

  /** The same application for a spec that shares it, with people of its own; the spec that started it closes it. */
  forAnotherSpec(): TestApp {
    const end = async () => {
      throw new Error('This application is shared and closed when the worker ends: do not close it.');
    };
    return new TestApp(
      this.nest,
      this.clock,
      this.api.url,
      this.databaseUrl,
      end,
      this.sink,
      this.conformance,
    );
  }

  async close(): Promise<void> {
    await timed('stop', this.end);
  }
}
