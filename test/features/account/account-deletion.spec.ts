import type { ProblemBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { clearedBy, Jar } from '../../support/cookies';
import { rowsOf } from '../../support/database-dump';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  undoChange,
} from '../../support/email-change';
import { inParallel } from '../../support/parallel';
import { expectProblem, violations } from '../../support/problem';
import { expectOpen, expectOver } from '../../support/sessions';
import { newAddress, someoneVerified, type Registration } from '../../support/registrations';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';
import { reset } from '../../support/password-reset';

/** Events stay, with the id of the user. */
const TRAIL = ['public.audit_events'];

describe('deleting the own account', () => {
  let app: TestApp;
  let person: Registration;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  beforeEach(async () => {
    person = await someoneVerified(app);
  });

  const remove = async (token: string, json: unknown = { password: PASSWORD }) =>
    app.api.post<ProblemBody>('/v1/users/me/delete', { token, json });
  const idOf = async (email: string) => {
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
    return user?.id;
  };

  it('revokes every session and deletes the account: no sign-in to it succeeds', async () => {
    const [here, there] = [await app.signIn(person), await app.signIn(person)];
    const { status, text, headers } = await remove(here.accessToken);
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    for (const path of ['/v1/users/me', '/v1/users/me/export', '/v1/sessions', '/v1/auth/principal'])
      expectProblem(await app.api.get(path, { token: there.accessToken }), 401, 'invalid-token');
    await expectOver(app, here, there);
    expect(await canSignIn(app, person)).toBe(false);
    expectProblem(await remove(here.accessToken), 401, 'invalid-token');
  });

  it('with a wrong password changes nothing', async () => {
    const tokens = await app.signIn(person);
    const answer = await remove(tokens.accessToken, { password: `${PASSWORD}!` });
    expectProblem(answer, 401, 'invalid-credentials');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    await expectOpen(app, tokens);
    expect(await canSignIn(app, person)).toBe(true);
  });

  it('is refused where the body is anything but a password', async () => {
    const tokens = await app.signIn(person);
    for (const [json, pointer] of [
      [{}, '/password'],
      [{ password: null }, '/password'],
      [{ password: PASSWORD, userId: '0' }, '/userId'],
    ]) {
      const answer = await remove(tokens.accessToken, json);
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual([pointer]);
    }
    await expectOpen(app, tokens);
  });

  it('requires a sign-in', async () => {
    const answer = await app.api.post('/v1/users/me/delete', { json: { password: PASSWORD } });
    expectProblem(answer, 401, 'authentication-required');
  });

  it('leaves no row with the id or an address of the user, except the id in the audit trail', async () => {
    const former = person.email;
    const present = newAddress();
    const wanted = newAddress();
    await moveTo(app, person, present);
    const moved = { ...person, email: present };
    const tokens = await app.signIn(moved);
    await app.signIn(moved);
    await askForChange(app, tokens, wanted);
    await app.api.post('/v1/auth/password/forgot', { json: { email: present } });
    const traces = [await idOf(present), former, present, wanted].map(String);
    await app.mailsSent();
    const before = await rowsOf(app);
    expect(traces.filter((trace) => !before.includes(trace))).toEqual([]);
    const others = await idOf((await someoneVerified(app)).email);
    expect((await remove(tokens.accessToken)).status).toBe(204);
    await app.mailsSent();
    const after = await rowsOf(app, TRAIL);
    expect(traces.filter((trace) => after.includes(trace))).toEqual([]);
    expect(after).toContain(String(others));
    const trail = await app.query<{ row: string }>('SELECT e::text AS row FROM audit_events e');
    const addresses = [former, present, wanted];
    expect(trail.filter(({ row }) => addresses.some((address) => row.includes(address)))).toEqual([]);
  });

  it('leaves no data of an account that was registered several times and never verified', async () => {
    const { email } = await app.someone();
    const names = [newAddress(), newAddress()].map((unique) => `Countess of ${unique}`);
    for (const displayName of names)
      await app.api.post('/v1/auth/register', { json: { email, password: `${PASSWORD}!`, displayName } });
    await app.mailsSent();
    const traces = [await idOf(email), email, ...names].map(String);
    const before = await rowsOf(app);
    expect(traces.filter((trace) => !before.includes(trace))).toEqual([]);
    const { accessToken } = await app.signIn({ email, password: PASSWORD });
    expect((await remove(accessToken)).status).toBe(204);
    await app.mailsSent();
    const after = await rowsOf(app, TRAIL);
    expect(traces.filter((trace) => after.includes(trace))).toEqual([]);
  });

  it('frees its addresses: a registration of one creates an account without any data of the former', async () => {
    const former = person.email;
    const present = newAddress();
    await moveTo(app, person, present);
    const { accessToken } = await app.signIn({ ...person, email: present });
    const gone = await idOf(present);
    await remove(accessToken);
    for (const email of [former, present]) {
      await app.api.post('/v1/auth/register', { json: { email, password: PASSWORD } });
      expect(await idOf(email)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idOf(email)).not.toBe(gone);
      expect(await canSignIn(app, { email, password: PASSWORD })).toBe(true);
    }
    expectProblem(await app.api.get('/v1/users/me', { token: accessToken }), 401, 'invalid-token');
  });

  it('revokes every mailed link, also where the address is registered again', async () => {
    const tokens = await app.signIn(person);
    const newEmail = newAddress();
    await askForChange(app, tokens, newEmail);
    const [confirmation, undo] = [await nextLink(app, newEmail), await nextLink(app, person.email)];
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email } });
    const link = await nextLink(app, person.email);
    await remove(tokens.accessToken);
    const expectAllDead = async () =>
      expectDead(
        await confirmChange(app, confirmation),
        await undoChange(app, undo),
        await reset(app, link, 'nine calm badgers on a ferry'),
      );
    await expectAllDead();
    await app.api.post('/v1/auth/register', { json: person });
    await expectAllDead();
    expect(await canSignIn(app, person)).toBe(true);
  });

  it('four times at once deletes it once, and reports it to the mailbox once', async () => {
    const { accessToken } = await app.signIn(person);
    const other = await app.signIn();
    const answers = await inParallel(4, async () => remove(accessToken));
    const refused = answers.filter(({ status }) => status !== 204);
    expect(refused.map(({ status }) => status)).toEqual(Array(3).fill(401));
    await expectOpen(app, other);
    const { subject, text } = await app.mailFor(person.email);
    expect(subject).toBe('Your account at Gatehouse was deleted');
    expect(text).not.toContain('#token=');
    await app.mailsSent();
    expect(app.smtp.for(person.email)).toHaveLength(1);
  });

  describe('by cookies', () => {
    const removeBy = async (jar: Jar, headers: Record<string, string> = {}) =>
      jar.send('POST', '/v1/users/me/delete', { json: { password: PASSWORD }, headers });

    it('is refused to a page of another site', async () => {
      const jar = await new Jar(app).signIn(person);
      for (const [name, value] of [
        ['sec-fetch-site', 'cross-site'],
        ['sec-fetch-site', 'same-site'],
        ['origin', 'https://evil.example'],
        ['origin', 'null'],
      ])
        expectProblem(await removeBy(jar, { [name ?? '']: value ?? '' }), 403, 'cross-site-request');
      expect(await canSignIn(app, person)).toBe(true);
      expect((await jar.send('POST', '/v1/auth/refresh')).status).toBe(200);
    });

    it('is accepted from a page of the same site; the next refresh clears the cookies', async () => {
      const jar = await new Jar(app).signIn(person);
      expect((await removeBy(jar, { 'sec-fetch-site': 'same-origin' })).status).toBe(204);
      expectProblem(await jar.send('GET', '/v1/users/me'), 401, 'invalid-token');
      const refused = await jar.send('POST', '/v1/auth/refresh');
      expectProblem(refused, 401, 'invalid-refresh-token');
      expect(clearedBy(refused).toSorted()).toEqual(['__Host-access', '__Host-refresh']);
      expect(await idOf(person.email)).toBeUndefined();
    });
  });
});
