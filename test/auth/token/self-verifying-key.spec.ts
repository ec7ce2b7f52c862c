import { createHmac } from 'node:crypto';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SelfVerifyingKey } from '../../../src/auth/token/self-verifying-key';
import { type Json, writeJws } from '../../support/jws';

const SECRET = 'a secret of the team that has its own tokens';

type Verdict = { user: unknown } | { refusal: unknown };

/** What a passport-jwt strategy with this key makes of a token. */
async function verdictOf(key: unknown, token: string): Promise<Verdict> {
  const options = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKeyProvider: (_request: unknown, _token: unknown, done: (error: null, key: never) => void) =>
      done(null, key as never),
  };
  const strategy = new Strategy(options, (payload: unknown, done: (error: null, user: unknown) => void) =>
    done(null, payload),
  );
  return new Promise((resolve, reject) => {
    const outcomes = {
      success: (user: unknown) => resolve({ user }),
      fail: (refusal: unknown) => resolve({ refusal }),
      error: reject,
    };
    Object.assign(strategy, outcomes).authenticate({
      headers: { authorization: `Bearer ${token}` },
    } as never);
  });
}

function signedWith(secret: string, payload: Json, alg = 'HS256'): string {
  return writeJws({ alg, typ: 'JWT' }, payload, (signed) =>
    createHmac('sha256', secret).update(signed).digest(),
  );
}

describe('a passport-jwt strategy of a team, in the process of ours', () => {
  it('still takes a token under its own secret', async () => {
    expect(await verdictOf(SECRET, signedWith(SECRET, { sub: 'robot' }))).toEqual({ user: { sub: 'robot' } });
  });

  it.each(
    Object.entries({
      'under another secret': signedWith('another secret', { sub: 'robot' }),
      'under no signature': writeJws({ alg: 'none', typ: 'JWT' }, { sub: 'robot' }, () => ''),
      'that is expired': signedWith(SECRET, { sub: 'robot', exp: 1 }),
      'that is no token': 'robot',
    }),
  )('still refuses a token %s', async (_, token) => {
    expect(await verdictOf(SECRET, token)).toHaveProperty('refusal');
  });

  it('does not use a key that only resembles ours', async () => {
    const lookalike = { verify: () => ({ sub: 'admin' }) };
    expect(await verdictOf(lookalike, signedWith(SECRET, { sub: 'robot' }))).toHaveProperty('refusal');
  });
});

describe('a key that verifies itself', () => {
  it('gets the token and returns the payload', async () => {
    const key = new SelfVerifyingKey((token) => ({ seen: token }));
    expect(await verdictOf(key, 'a-token')).toEqual({ user: { seen: 'a-token' } });
  });

  it('refuses by throwing', async () => {
    const refusal = new Error('no');
    const key = new SelfVerifyingKey(() => {
      throw refusal;
    });
    expect(await verdictOf(key, 'a-token')).toEqual({ refusal });
  });
});
