import { ModulesContainer } from '@nestjs/core';
import type { Answer, ProblemBody, TokenBody } from './api';
import type { Person, TestApp } from './app';
import { totpCode } from './totp';

/** The kinds of factors that a test can give to a user. */
export type TestFactor = 'totp';

type FirstStep = TokenBody & ProblemBody & { readonly mfaToken: string };

/** Signs users in who have a factor, over HTTP. The clock stands still meanwhile. */
export class TestFactors {
  private readonly secrets = new Map<string, string>();

  constructor(private readonly app: TestApp) {}

  /**
   * Signs a person in by all the steps that this takes.
   * @param factor is added first, where the person has none
   */
  async signIn(person: Person, factor?: TestFactor): Promise<TokenBody> {
    const { status, body } = await this.logIn(person);
    if (body.code === 'mfa-required') return this.pass(person, body.mfaToken);
    if (status !== 200) throw new Error(`signing in answered ${status}`);
    if (factor === undefined) return body;
    await this.add(person, body.accessToken);
    return this.pass(person, (await this.logIn(person)).body.mfaToken);
  }

  private async logIn({ email, password }: Person): Promise<Answer<FirstStep>> {
    return this.app.api.post<FirstStep>('/v1/auth/login', { json: { email, password } });
  }

  private async add({ email }: Person, token: string): Promise<void> {
    // By name: the feature may have been deleted.
    const modules = [...this.app.nest.get(ModulesContainer).values()];
    if (!modules.some(({ name }) => name === 'TotpModule'))
      throw new Error('The factor "totp" needs TotpModule, which this application does not have.');
    const path = '/v1/auth/factors/totp';
    const begun = await this.app.api.post<{ enrolment: string; secret: string }>(path, { token, json: {} });
    const { enrolment, secret } = begun.body;
    const json = { enrolment, code: this.codeOf(secret) };
    const { status } = await this.app.api.post(`${path}/confirm`, { token, json });
    if (status !== 201) throw new Error(`adding the factor "totp" answered ${status}`);
    this.secrets.set(email, secret);
  }

  private async pass({ email }: Person, mfaToken: string): Promise<TokenBody> {
    const secret = this.secrets.get(email);
    if (secret === undefined) throw new Error(`${email} has a factor that app.as() has not added`);
    // A code is accepted once, and the next one is half a minute away.
    await this.app.query(
      'UPDATE totp_secrets SET last_step = 0 WHERE user_id = (SELECT id FROM users WHERE email = $1)',
      [email],
    );
    const json = { mfaToken, code: this.codeOf(secret) };
    const { status, body } = await this.app.api.post<TokenBody>('/v1/auth/mfa/totp', { json });
    if (status !== 200) throw new Error(`the second step answered ${status}`);
    return body;
  }

  private codeOf(secret: string): string {
    return totpCode(secret, this.app.clock.nowMs());
  }
}
