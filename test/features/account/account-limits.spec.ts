import { ACCOUNT_EXPORT, EMAIL_CHANGE_REQUEST } from '../../../src/features/account/account.rate-limits';
import { PASSWORD, type Person, type TestApp } from '../../support/app';
import { readJws } from '../../support/jws';
import { LimitedApp, OTHER } from '../../support/limited';
import { expectProblem } from '../../support/problem';

let limited: LimitedApp;
let app: TestApp;
let person: Person;

const logIn: LimitedApp['logIn'] = async (json, source) => limited.logIn(json, source);

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

beforeEach(async () => {
  person = await limited.someone();
});

describe('exports of an account', () => {
  it('are limited to ten an hour, so that they do not fill the audit trail', async () => {
    const ada = await app.as('ada of exports');
    await limited.spend(ACCOUNT_EXPORT, 9, ada.id);
    expect((await ada.get('/v1/users/me/export')).status).toBe(200);
    expectProblem(await ada.get('/v1/users/me/export'), 429, 'rate-limited');
    const events = await app.query(
      `SELECT id FROM audit_events WHERE subject_id = $1 AND type = 'account-exported'`,
      [ada.id],
    );
    expect(events).toHaveLength(1);
  });
});

describe('requests to change the address', () => {
  it('send at most ten mails an hour, also where each is cancelled before the next', async () => {
    const { accessToken: token } = (await logIn(person)).body;
    await limited.spend(EMAIL_CHANGE_REQUEST, 8, String(readJws(token).claims.sub));
    const passwords = [PASSWORD, OTHER, `${PASSWORD} 2`, `${OTHER} 2`];
    for (const [round, password] of passwords.slice(0, 3).entries()) {
      const move = { newEmail: `third-party-${round}-${person.email}`, password };
      expect((await app.api.post('/v1/auth/email/change', { json: move, token })).status).toBe(202);
      const json = { currentPassword: password, newPassword: passwords[round + 1] };
      expect((await app.api.post('/v1/auth/password/change', { json, token })).status).toBe(204);
    }
    await app.mailsSent();
    const notices = app.smtp.for(person.email).filter(({ subject }) => subject.includes('is to be changed'));
    expect(notices).toHaveLength(2);
  });
});
