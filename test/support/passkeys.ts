import type { Call, ProblemBody, TokenBody } from './api';
import type { TestApp } from './app';
import {
  Authenticator,
  type AuthenticatorOptions,
  type Ceremony,
  type CreationOptions,
  type RequestOptions,
} from './authenticator';
import { type Person, TotpActs } from './totp';

export const ORIGIN = 'https://auth.example.test';
export const RP_ID = 'auth.example.test';

export interface PasskeyUser extends Person {
  readonly id: string;
  readonly passkey: Authenticator;
  readonly factorId: string;
  readonly recoveryCodes: readonly string[];
  /** Of the session that added the passkey. */
  readonly tokens: TokenBody;
}

interface Registered extends ProblemBody {
  readonly factor: { readonly id: string; readonly credentialId: string; readonly backedUp: boolean };
  readonly recoveryCodes: readonly string[];
}

type Signed = TokenBody & ProblemBody;

/** Acts of users with passkeys, over HTTP. */
export class PasskeyActs {
  readonly steps: TotpActs;

  constructor(readonly app: TestApp) {
    this.steps = new TotpActs(app);
  }

  passkey(options: Partial<AuthenticatorOptions> = {}): Authenticator {
    return new Authenticator({ origin: ORIGIN, rpId: RP_ID, ...options });
  }

  async creationOptions(token: string) {
    return this.app.api.post<CreationOptions & ProblemBody>('/v1/auth/factors/passkeys/options', {
      token,
      json: {},
    });
  }

  async register(token: string, passkey: Authenticator, ceremony?: Ceremony) {
    const { body } = await this.creationOptions(token);
    return this.confirm(token, passkey.create(body, ceremony));
  }

  async confirm(token: string, credential: object, more: object = {}) {
    const json = { credential, ...more };
    return this.app.api.post<Registered>('/v1/auth/factors/passkeys', { token, json });
  }

  /** A user whose only factor is a passkey. */
  async enrolled(options: Partial<AuthenticatorOptions> = {}): Promise<PasskeyUser> {
    const person = await this.steps.someone();
    const tokens = await this.app.signIn(person);
    const passkey = this.passkey(options);
    const { status, body } = await this.register(tokens.accessToken, passkey);
    if (status !== 201) throw new Error(`the registration answered ${JSON.stringify(body)}`);
    const [user] = await this.app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      person.email,
    ]);
    const { factor, recoveryCodes } = body;
    return { ...person, id: user?.id ?? '', passkey, factorId: factor.id, recoveryCodes, tokens };
  }

  /** Options of a sign-in, by the passkey alone or of the second step. */
  async options(mfaToken?: string, call: Call = {}) {
    const json = mfaToken === undefined ? {} : { mfaToken };
    return this.app.api.post<RequestOptions & ProblemBody>('/v1/auth/passkeys/options', { json, ...call });
  }

  async logIn(passkey: Authenticator, ceremony?: Ceremony) {
    return this.present(passkey.get((await this.options()).body, ceremony));
  }

  async present(credential: object, call: Call = {}, query = '') {
    return this.app.api.post<Signed>(`/v1/auth/passkeys/login${query}`, { json: { credential }, ...call });
  }

  async complete(mfaToken: string, passkey: Authenticator, ceremony?: Ceremony) {
    const credential = passkey.get((await this.options(mfaToken)).body, ceremony);
    return this.step(mfaToken, credential);
  }

  async step(mfaToken: string, credential: object) {
    return this.app.api.post<Signed>('/v1/auth/mfa/passkey', { json: { mfaToken, credential } });
  }

  async reauthenticationOptions(token: string) {
    return this.app.api.post<RequestOptions & ProblemBody>('/v1/auth/reauthenticate/passkey/options', {
      token,
      json: {},
    });
  }

  async reauthenticate(token: string, passkey: Authenticator) {
    const credential = passkey.get((await this.reauthenticationOptions(token)).body);
    return this.app.api.post<Signed>('/v1/auth/reauthenticate/passkey', { token, json: { credential } });
  }
}
