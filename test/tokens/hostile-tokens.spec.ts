import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProblemBody } from '../support/api';
import type { TestApp } from '../support/app';
import {
  Attack,
  expectInvalidToken,
  FORGED_TOKENS,
  KEYS_ELSEWHERE,
  thiefJwk,
} from '../support/forged-tokens';
import type { PublishedKey } from '../support/jws';
import { sample } from '../support/sample';
import { sharedApp } from '../support/shared-app';

let app: TestApp;
let canary: Server;
let canaryRequests = 0;
let attack: Attack;

beforeAll(async () => {
  app = await sharedApp();
  const { accessToken } = await app.signIn();
  const { body } = await app.api.get<{ keys: [PublishedKey] }>('/.well-known/jwks.json');
  const [ours] = body.keys;
  canary = createServer((_request, response) => {
    canaryRequests++;
    const keys = [{ ...thiefJwk, kid: ours.kid, alg: 'ES256', use: 'sig' }];
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((listening) => canary.listen(0, '127.0.0.1', listening));
  attack = new Attack(
    accessToken,
    ours,
    `http://127.0.0.1:${(canary.address() as AddressInfo).port}/jwks.json`,
  );
});

afterAll(() => {
  canary.close();
});

const present = (token: string) => app.api.get<ProblemBody>('/v1/auth/principal', { token });

// All of them: src/tokens/access-tokens.spec.ts, and over HTTP slow/hostile-inputs-tokens.spec.ts.
describe('a forged token', () => {
  it.each(sample(FORGED_TOKENS, 10))('%s is refused', async (_, forge) => {
    await expectInvalidToken(app, forge(attack));
  });

  it.each(KEYS_ELSEWHERE)('%s is refused, and the key is not asked for there', async (_, forge) => {
    await expectInvalidToken(app, forge(attack));
    expect(canaryRequests).toBe(0);
  });

  it('is refused for what is wrong with it: the genuine one is accepted', async () => {
    expect((await present(attack.genuine)).status).toBe(200);
  });

  it('of a megabyte does not get past the head of the request', async () => {
    const { status, headers } = await present(`${attack.genuine}${'A'.repeat(2 ** 20)}`);
    expect(status).toBe(431);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('a token of another purpose', () => {
  it('does not work in place of an access token: a refresh token', async () => {
    await expectInvalidToken(app, (await app.signIn()).refreshToken);
  });

  it('does not work in place of a refresh token: an access token', async () => {
    const json = { refreshToken: attack.genuine };
    const { status, body } = await app.api.post<ProblemBody>('/v1/auth/refresh', { json });
    expect([status, body.code]).toEqual([401, 'invalid-refresh-token']);
  });
});
