import { accept, invitationFor, invite } from '../../support/administration';
import { startApp, type TestApp } from '../../support/app';
import { rowsOf } from '../../support/database-dump';
import { newAddress } from '../../support/registrations';
import { aMember } from '../../support/staff';

const log: string[] = [];
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ smtp: true, env: { LOG_LEVEL: 'trace' }, log });
});

afterAll(async () => app.close());

describe('the token of an invitation', () => {
  it('is only in the mailbox: not in the response, the log or the database', async () => {
    const [admin, email] = [await aMember(app, 'admin'), newAddress()];
    const { text, headers } = await invite(app, admin, { email });
    const token = await invitationFor(app, email);
    const seen = [text, JSON.stringify([...headers])];
    for (const path of [`/v1/users?email=${email}`, '/v1/sessions', '/v1/audit-events'])
      seen.push((await app.api.get(path, admin)).text);
    await app.mailsSent();
    seen.push(log.join('\n'), await rowsOf(app));
    for (const place of seen) expect(place).not.toContain(token.slice(3));
    await accept(app, token);
    expect(log.join('\n')).not.toContain(token.slice(3));
  });
});
