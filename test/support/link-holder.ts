import type { Answer, ProblemBody } from './api';
import { PASSWORD, type TestApp } from './app';
import { nextLink } from './mailbox';
import { linkOf, newAddress } from './registrations';

const NEXT_PASSWORD = 'nine calm badgers on a ferry';

/** What a mail link is for. */
export type LinkKind = 'verification' | 'reset' | 'change' | 'undo';

export const LINK_KINDS: readonly LinkKind[] = ['verification', 'reset', 'change', 'undo'];

/** Presents a token where links of a kind are taken. */
export async function redeemLink(
  { api }: TestApp,
  kind: LinkKind,
  token: unknown,
): Promise<Answer<ProblemBody>> {
  const paths = {
    verification: 'email/verify',
    reset: 'password/reset',
    change: 'email/change/confirm',
    undo: 'email/change/undo',
  };
  const json = { token, ...(kind === 'reset' && { newPassword: NEXT_PASSWORD }) };
  return api.post(`/v1/auth/${paths[kind]}`, { json });
}

/** An account with a link of each kind that works. */
export async function linkHolder(
  app: TestApp,
): Promise<{ id: string; email: string; links: Record<LinkKind, string> }> {
  const [email, newEmail] = [newAddress(), newAddress()];
  const verification = await linkOf(app, { email, password: PASSWORD });
  const { accessToken: token } = await app.signIn({ email, password: PASSWORD });
  await app.api.post('/v1/auth/password/forgot', { json: { email } });
  await app.api.post('/v1/auth/email/change', { token, json: { newEmail, password: PASSWORD } });
  const reset = await nextLink(app, email, 'reset');
  const [undo, change] = [await nextLink(app, email, 'undo'), await nextLink(app, newEmail)];
  const [row] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
  return { id: row?.id ?? '', email, links: { verification, reset, change, undo } };
}

/** The token with each of some bits of its text flipped. */
export function withFlippedBits(token: string, bits: readonly number[]): string[] {
  return bits.map((bit) => {
    const copy = Buffer.from(token, 'latin1');
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy.toString('latin1');
  });
}
