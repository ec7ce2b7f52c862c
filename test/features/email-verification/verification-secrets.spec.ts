import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { filesOf, rowsOf } from '../../support/database-dump';
import { newAddress, nextLinks, register, verify } from '../../support/registrations';
import { Secrets } from '../../support/secrets';

const OTHER = 'nine calm badgers on a ferry';
const WRONG = 'this one was never chosen';

const log: string[] = [];
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ smtp: true, env: { LOG_LEVEL: 'trace' }, log });
});

afterAll(async () => app.close());

describe('the passwords and the links of registrations', () => {
  it('are in no line of the log and in no row or file of the database', async () => {
    const email = newAddress();
    const numbered = (index: number) => ({ email, password: `${OTHER}, no. ${index}` });
    const secrets = new Secrets();
    for (const [name, text] of Object.entries({ PASSWORD, OTHER, WRONG })) secrets.note(name, text);
    for (let index = 0; index < 3; index++) await register(app, numbered(index));
    const links = await nextLinks(app, email, 3);
    for (const [index, link] of links.entries()) {
      secrets.note(`link ${index}`, link);
      secrets.note(`link ${index}, its secret`, Buffer.from(link.replace(/^ev_/, ''), 'base64url'));
    }
    await verify(app, links[0], WRONG);
    await verify(app, links[0]);
    await app.api.get(`/v1/auth/email/verify?token=${links[0]}`);
    await app.api.post('/v1/auth/email/verify', {
      raw: `{"token":"${links[0]}`,
      headers: { 'content-type': 'application/json' },
    });
    const shown = async () =>
      [log.join('\n'), await rowsOf(app), await filesOf(app)].map((text) => secrets.shownIn(text));
    expect(await shown()).toEqual([[], [], []]);
    expect((await verify(app, links[0], numbered(1).password)).status).toBe(204);
    await verify(app, links[0]);
    expect(await shown()).toEqual([[], [], []]);
    expect(log.filter((line) => line.includes('/v1/auth/email/verify')).length).toBeGreaterThan(3);
  });
});
