import { createHmac } from 'node:crypto';
import type { Answer, ProblemBody, TokenBody } from './api';
import type { TestApp } from './app';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A code of an authenticator app (RFC 6238 with SHA-1 and 30 seconds), written a second time. */
export function totpCode(base32: string, nowMs: number, { steps = 0, digits = 6 } = {}): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000) + steps));
  const mac = createHmac('sha1', bytesOf(base32)).update(counter).digest();
  const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fff_ffff;
  return String(value % 10 ** digits).padStart(digits, '0');
}

function bytesOf(base32: string): Buffer {
  const bits = Array.from(base32, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** A secret as PostgreSQL writes its bytes. */
export function hexOf(base32: string): string {
  return bytesOf(base32).toString('hex');
}

export interface Person {
  readonly email: string;
  readonly password: string;
}

/** A user who has an authenticator app. */
export interface TotpUser extends Person {
  readonly id: string;
  readonly secret: string;
  readonly factorId: string;
  readonly recoveryCodes: readonly string[];
  /** Of the session that added the app. */
  readonly tokens: TokenBody;
}

export interface RequiredStepBody extends ProblemBody {
  readonly mfaToken: string;
  readonly expiresIn: number;
  readonly factors: readonly string[];
  readonly enrolment: readonly string[];
}

/** Acts of users with an authenticator app, over HTTP. */
export class TotpActs {
  constructor(readonly app: TestApp) {}

  /** A user with a verified address and no factor. */
  async someone(): Promise<Person> {
    const { email, password } = await this.app.someone();
    await this.app.query('UPDATE users SET email_verified = true WHERE email = $1', [email]);
    return { email, password };
  }

  async enrolled(): Promise<TotpUser> {
    const person = await this.someone();
    const tokens = await this.app.signIn(person);
    const added = await this.enrol(tokens.accessToken);
    this.app.clock.advance({ seconds: 60 });
    const [user] = await this.app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      person.email,
    ]);
    return { ...person, id: user?.id ?? '', tokens, ...added };
  }

  async begin(token: string) {
    return this.app.api.post<{ enrolment: string; secret: string; uri: string; expiresIn: number }>(
      '/v1/auth/factors/totp',
      { token, json: {} },
    );
  }

  async confirm(token: string, json: object) {
    return this.app.api.post<{ factor: { id: string }; recoveryCodes: string[] } & ProblemBody>(
      '/v1/auth/factors/totp/confirm',
      { token, json },
    );
  }

  async enrol(token: string, more: object = {}) {
    const { enrolment, secret } = (await this.begin(token)).body;
    const answer = await this.confirm(token, { enrolment, code: this.code(secret), ...more });
    if (answer.status !== 201) throw new Error(`the enrolment answered ${JSON.stringify(answer.body)}`);
    return { secret, factorId: answer.body.factor.id, recoveryCodes: answer.body.recoveryCodes };
  }

  /** The code of now, or so many steps away. */
  code(secret: string, steps = 0): string {
    return totpCode(secret, this.app.clock.nowMs(), { steps });
  }

  /** A code that is right at none of the steps around now. */
  wrongCode(secret: string): string {
    const right = new Set([-2, -1, 0, 1, 2].map((steps) => this.code(secret, steps)));
    return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
      (code) => !right.has(code),
    ) as string;
  }

  async logIn({ email, password }: Person, more: object = {}): Promise<Answer<RequiredStepBody & TokenBody>> {
    return this.app.api.post<RequiredStepBody & TokenBody>('/v1/auth/login', {
      json: { email, password, ...more },
    });
  }

  /** The first step. */
  async pending(person: Person, more: object = {}): Promise<string> {
    return (await this.logIn(person, more)).body.mfaToken;
  }

  async complete(mfaToken: string, code: string, token?: string) {
    return this.app.api.post<TokenBody & ProblemBody>('/v1/auth/mfa/totp', {
      json: { mfaToken, code },
      ...(token !== undefined && { token }),
    });
  }

  async recover(mfaToken: string, code: string) {
    return this.app.api.post<TokenBody & ProblemBody>('/v1/auth/mfa/recovery-code', {
      json: { mfaToken, code },
    });
  }

  /** Both steps; the clock moves on by a step, so that a later code is another one. */
  async signIn(user: TotpUser): Promise<TokenBody> {
    const { status, body } = await this.complete(await this.pending(user), this.code(user.secret));
    if (status !== 200) throw new Error(`the second step answered ${JSON.stringify(body)}`);
    this.app.clock.advance({ seconds: 30 });
    return body;
  }
}
