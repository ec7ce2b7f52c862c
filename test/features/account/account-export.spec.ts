import { PersonalDataRegistry } from '../../../src/platform/personal-data';
import type { ProblemBody, TokenBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { rowsOf } from '../../support/database-dump';
import { askForChange, moveTo } from '../../support/email-change';
import { readJws } from '../../support/jws';
import { expectProblem } from '../../support/problem';
import { Secrets } from '../../support/secrets';
import { newAddress, someoneVerified, type Registration } from '../../support/registrations';
import { nextLink } from '../../support/mailbox';
import { PasskeyActs } from '../../support/passkeys';
import { TotpActs } from '../../support/totp';

interface Export {
  readonly exportedAt: string;
  readonly data: Record<string, unknown>;
}

const exported = async ({ api }: TestApp, token: string) =>
  api.get<Export & ProblemBody>('/v1/users/me/export', { token });

/** Every value of a JSON text, however deep. */
function leavesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
}

describe('an export', () => {
  let app: TestApp;
  let person: Registration;
  let tokens: TokenBody;

  beforeAll(async () => {
    app = await startApp({ smtp: true, alone: true });
    person = await someoneVerified(app);
    tokens = await app.signIn(person);
  });

  afterAll(async () => app.close());

  /** Columns that are not exported: what a secret is recognised by, and what says nothing of a user. */
  const UNTOLD = new Set([
    'audit_personal.salt',
    'credentials.hash',
    'pending_sign_ins.digest',
    'recovery_codes.digest',
    'totp_secrets.secret',
    // Exported in another form.
    'passkeys.credential_id',
    'passkeys.public_key',
    'passkeys.sign_count',
    'webauthn_handles.handle',
    // For ten minutes, and in the list of sessions and events afterwards.
    'pending_sign_ins.attempts_left',
    'pending_sign_ins.authenticated_at',
    'pending_sign_ins.device',
    'pending_sign_ins.ends_at',
    'pending_sign_ins.expires_at',
    'pending_sign_ins.is_suspicious',
    'pending_sign_ins.methods',
    'pending_sign_ins.origin',
    'pending_sign_ins.session_id',
    'pending_sign_ins.sessions_epoch',
    // The time of the last code, which is that of the last use.
    'totp_secrets.last_step',
    'sessions.secret_digest',
    'one_time_tokens.digest',
    'one_time_tokens.lasting',
    // Generated from last_used_at.
    'sessions.last_used_on',
    // Of another registration of the address.
    'registration_attempts.created_at',
    'registration_attempts.display_name',
    'registration_attempts.hash',
    'registration_attempts.id',
  ]);

  /** The values of every row that belongs to a user. */
  async function recordsOf(id: string): Promise<[string, unknown][]> {
    const tables = await app.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
        WHERE column_name = 'user_id' AND table_name = ANY ($1) ORDER BY 1`,
      [app.nest.get(PersonalDataRegistry).tables()],
    );
    const records: [string, unknown][] = [];
    for (const { name } of [...tables, { name: 'users' }]) {
      const column = name === 'users' ? 'id' : 'user_id';
      const rows = await app.query<object>(`SELECT * FROM ${name} WHERE ${column} = $1`, [id]);
      if (rows.length === 0) throw new Error(`nothing to compare with in ${name}`);
      for (const row of rows)
        for (const [key, value] of Object.entries(row)) records.push([`${name}.${key}`, value]);
    }
    return records;
  }

  it('states when it was created and what every module stores', async () => {
    await app.api.patch('/v1/users/me', { token: tokens.accessToken, json: { displayName: 'Ada' } });
    const { status, body, headers } = await exported(app, tokens.accessToken);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      exportedAt: app.clock.now().toISOString(),
      data: {
        account: {
          id: readJws(tokens.accessToken).claims.sub,
          email: person.email,
          emailVerified: true,
          displayName: 'Ada',
          status: 'active',
          formerEmails: [],
        },
        password: { changedAt: expect.any(String) },
        sessions: [{ id: readJws(tokens.accessToken).claims.sid, methods: ['pwd'], revokedAt: null }],
        pendingLinks: [],
      },
    });
    expect(Object.keys(body)).toEqual(['exportedAt', 'data']);
  });

  it('contains every stored value of the user except hashes of secrets', async () => {
    const present = newAddress();
    await moveTo(app, person, present);
    const owner = { ...person, email: present };
    const acts = new TotpActs(app);
    const { secret } = await acts.enrol((await app.signIn(owner)).accessToken);
    app.clock.advance({ minutes: 1 });
    const { accessToken } = (await acts.complete(await acts.pending(owner), acts.code(secret))).body;
    await acts.pending(owner);
    const passkeys = new PasskeyActs(app);
    expect((await passkeys.register(accessToken, passkeys.passkey())).status).toBe(201);
    await askForChange(app, { accessToken }, newAddress());
    // What they may not is recorded.
    await app.api.get('/v1/audit-events', { token: accessToken });
    const id = String(readJws(accessToken).claims.sub);
    await app.query(
      `INSERT INTO registration_attempts VALUES ($1, $2, 'a hash of another attempt', 'Countess', $3)`,
      ['019abcde-0000-7000-8000-000000000000', id, new Date(app.clock.nowMs() - 1_000)],
    );
    const { text, body } = await exported(app, accessToken);
    const told = new Set(leavesOf(body).map((leaf) => JSON.stringify(leaf)));
    const records = await recordsOf(id);
    const missing = records
      .filter(([name]) => !UNTOLD.has(name))
      .flatMap(([name, value]) =>
        leavesOf(JSON.parse(JSON.stringify(value)))
          .filter((leaf) => !told.has(JSON.stringify(leaf)))
          .map((leaf) => `${name}: ${String(leaf)}`),
      );
    expect(missing).toEqual([]);

    const secrets = new Secrets();
    for (const [name, value] of records)
      if (/hash|digest/.test(name)) secrets.note(name, value as Buffer | string);
    expect(secrets.shownIn(await rowsOf(app))).not.toEqual([]);
    expect(secrets.shownIn(text)).toEqual([]);
    expect(text).not.toContain('Countess');
    expect(text).not.toMatch(/"\w*(hash|digest|secret|token)\w*":/i);
  });

  it('contains no token of a session or of a mailed link', async () => {
    const someone = await someoneVerified(app);
    const session = await app.signIn(someone);
    const newEmail = newAddress();
    await askForChange(app, session, newEmail);
    const secrets = new Secrets();
    secrets.note('access token', session.accessToken);
    secrets.note('refresh token', session.refreshToken);
    secrets.note('confirmation', await nextLink(app, newEmail));
    secrets.note('undo link', await nextLink(app, someone.email));
    secrets.note('password', someone.password);
    const { text, body } = await exported(app, session.accessToken);
    expect(secrets.shownIn(text)).toEqual([]);
    expect(body.data.pendingLinks).toMatchObject([
      { purpose: 'email-change', details: { newEmail } },
      { purpose: 'email-change-undo', details: { email: someone.email } },
    ]);
  });

  it('contains no data of other users', async () => {
    const [one, other] = [await someoneVerified(app), await someoneVerified(app)];
    const { text } = await exported(app, (await app.signIn(one)).accessToken);
    const { accessToken } = await app.signIn(other);
    const { claims } = readJws(accessToken);
    for (const trace of [other.email, claims.sub, claims.sid]) expect(text).not.toContain(trace);
  });

  it('requires a sign-in', async () => {
    expectProblem(await app.api.get('/v1/users/me/export'), 401, 'authentication-required');
  });
});
