import { SigningKeys } from '../../src/tokens/signing-keys';
import { startApp, type TestApp } from '../support/app';
import { createDatabase } from '../support/database';
import { FORGED_CLAIMS, Forger, GOOD_CLAIMS } from '../support/forged-claims';
import { Attack, expectInvalidToken, FORGED_TOKENS } from '../support/forged-tokens';
import type { PublishedKey } from '../support/jws';

let app: TestApp;
let foreignToken: string;
let forger: Forger;
let attack: Attack;

beforeAll(async () => {
  // An empty database: keys of its own. First, because passport has one strategy of a name in a process.
  const database = await createDatabase({ empty: true });
  const other = await startApp({ env: { DATABASE_URL: database.url } });
  foreignToken = (await other.signIn()).accessToken;
  await other.close();
  await database.drop();
  app = await startApp();
  const { accessToken } = await app.signIn();
  const { body } = await app.api.get<{ keys: [PublishedKey] }>('/.well-known/jwks.json');
  attack = new Attack(accessToken, body.keys[0], 'http://127.0.0.1:9/jwks.json');
  forger = new Forger(accessToken, app.nest.get(SigningKeys).current.privateKey, () =>
    Math.floor(app.clock.nowMs() / 1_000),
  );
});

afterAll(async () => app.close());

describe('over HTTP a token', () => {
  it.each(GOOD_CLAIMS)('under our own signature is accepted with %s', async (_, forge) => {
    expect((await app.api.get('/v1/auth/principal', { token: forge(forger) })).status).toBe(200);
  });

  it.each(FORGED_CLAIMS)('under our own signature is refused %s', async (_, forge) => {
    await expectInvalidToken(app, forge(forger));
  });

  it.each(FORGED_TOKENS)('%s is refused', async (_, forge) => {
    await expectInvalidToken(app, forge(attack));
  });

  it('of another deployment is refused', async () => {
    await expectInvalidToken(app, foreignToken);
  });
});
