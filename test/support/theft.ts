import type { TokenBody } from './api';
import { PASSWORD, type TestApp } from './app';
import { canSignIn, expectDead, undoChange } from './email-change';
import { nextLink } from './mailbox';
import { reset } from './password-reset';
import { newAddress, type Registration, someoneVerified } from './registrations';
import { expectOver } from './sessions';

export const THIEFS_PASSWORD = 'three sly foxes steal a tractor';
export const OWNERS_PASSWORD = 'nine calm badgers on a ferry';

/** Credentials or links that the thief got hold of. */
export interface Stolen {
  readonly sessions?: readonly TokenBody[];
  readonly resets?: readonly string[];
}

/** A thief who knows the password of an account and moves it to mailboxes of their own. */
export class Theft {
  /** The mailboxes that the thief reads. */
  readonly lair = newAddress();
  readonly den = newAddress();

  private constructor(
    readonly app: TestApp,
    readonly owner: Registration,
  ) {}

  static async begin(app: TestApp): Promise<Theft> {
    return new Theft(app, await someoneVerified(app));
  }

  /** The account at one of the thief's addresses. */
  at(email: string, password = PASSWORD): Registration {
    return { email, password };
  }

  async forgot(email: string): Promise<void> {
    const { status } = await this.app.api.post('/v1/auth/password/forgot', { json: { email } });
    expect(status).toBe(202);
  }

  /** Registers the address of the owner, which must not be free. */
  async triesToRegister(): Promise<void> {
    const json = { email: this.owner.email, password: THIEFS_PASSWORD };
    expect((await this.app.api.post('/v1/auth/register', { json })).status).toBe(202);
    await this.app.mailsSent();
    expect(await canSignIn(this.app, json)).toBe(false);
  }
}

/** The undo link gives the account back, and nothing that the thief has works any more. */
export async function expectReturn(
  theft: Theft,
  undo: string,
  { sessions = [], resets = [] }: Stolen = {},
): Promise<void> {
  const { app } = theft;
  const { status, text } = await undoChange(app, undo);
  expect([status, text]).toEqual([204, '']);
  await expectOver(app, ...sessions);
  for (const link of resets) expectDead(await reset(app, link, THIEFS_PASSWORD));
  await expectHome(theft);
}

/** The owner sets a password by the mail that the undo sent. Only it signs in, at the owner's address alone. */
export async function expectHome({ app, owner, lair, den }: Theft): Promise<void> {
  expect((await reset(app, await nextLink(app, owner.email), OWNERS_PASSWORD)).status).toBe(204);
  expect(await app.query('SELECT id FROM users WHERE email = ANY ($1)', [[lair, den]])).toEqual([]);
  const passwords = [OWNERS_PASSWORD, PASSWORD, THIEFS_PASSWORD];
  const outcomes = passwords.map(async (password) => canSignIn(app, { email: owner.email, password }));
  expect(await Promise.all(outcomes)).toEqual([true, false, false]);
}
