import { SigningKeys } from '../../src/tokens/signing-keys';
import type { TestApp } from '../support/app';
import { FORGED_CLAIMS, Forger, GOOD_CLAIMS } from '../support/forged-claims';
import { expectInvalidToken } from '../support/forged-tokens';
import { sample } from '../support/sample';
import { sharedApp } from '../support/shared-app';

let app: TestApp;
let forger: Forger;

beforeAll(async () => {
  app = await sharedApp();
  const { privateKey } = app.nest.get(SigningKeys).current;
  forger = new Forger((await app.signIn()).accessToken, privateKey, () =>
    Math.floor(app.clock.nowMs() / 1_000),
  );
});

// All of them: src/tokens/access-tokens.spec.ts, and over HTTP slow/hostile-inputs-tokens.spec.ts.
describe('a token under our own signature', () => {
  it.each(GOOD_CLAIMS)('is accepted with %s', async (_, forge) => {
    expect((await app.api.get('/v1/auth/principal', { token: forge(forger) })).status).toBe(200);
  });

  it.each(sample(FORGED_CLAIMS, 10))('is refused %s', async (_, forge) => {
    await expectInvalidToken(app, forge(forger));
  });
});
