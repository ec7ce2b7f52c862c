import type { Client } from 'pg';
import { ChangeFeed } from '../../src/platform/change-feed';
import { KeyWrap } from '../../src/platform/keyring/key-wrap';
import { JobScheduler } from '../../src/platform/jobs';
import { makeSigningKey } from '../../src/tokens/signing-key';
import type { TestApp } from './app';
import type { Answer } from './api';
import { type PublishedKey, readJws } from './jws';
import type { Span } from './test-clock';

/** Lets time pass, then does what is due; memory knows of it when this returns. */
export async function pass(app: TestApp, span: Span): Promise<void> {
  app.clock.advance(span);
  await app.nest.get(JobScheduler).run();
  await app.nest.get(ChangeFeed).publishAfterCommit();
}

export async function keySetOf({ api }: Pick<TestApp, 'api'>): Promise<Answer<{ keys: PublishedKey[] }>> {
  return api.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
}

/** The published ones, the newest first. */
export async function kidsOf(app: Pick<TestApp, 'api'>): Promise<string[]> {
  return (await keySetOf(app)).body.keys.map(({ kid }) => kid);
}

export const kidOf = (token: string): string => String(readJws(token).header.kid);

export const statusWith = async ({ api }: Pick<TestApp, 'api'>, token: string): Promise<number> =>
  (await api.get('/v1/auth/principal', { token })).status;

/** How soon a revocation holds on every instance, as published, in milliseconds. */
export async function boundMsOf({ api }: Pick<TestApp, 'api'>): Promise<number> {
  const { body } = await api.get<{ revocationSeconds: number }>('/v1/auth/policy');
  return body.revocationSeconds * 1_000;
}

/** Publishes a key whose kid is of the test's choosing, past the application. */
export async function insertKey(outside: Client, kid: string, secret: string): Promise<void> {
  const { material } = await makeSigningKey('ES256');
  const wrap = new KeyWrap(Buffer.from(secret, 'hex'));
  await outside.query(
    `INSERT INTO keys (id, purpose, algorithm, wrapped, wrapped_by, created_at)
      VALUES ($1, 'signing', 'ES256', $2, $3, now())`,
    [kid, wrap.wrap(material, `signing/ES256/${kid}`), wrap.id],
  );
}
