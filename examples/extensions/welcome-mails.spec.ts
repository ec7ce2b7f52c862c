import { startApp, type TestApp } from '../../test/support/app';
import { tokenIn } from '../../test/support/smtp-sink';
import { WelcomeMailsModule } from './welcome-mails';

describe('mails of a module', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [WelcomeMailsModule], smtp: true });
  });

  afterAll(async () => app.close());

  const verified = async (language: string) => {
    const person = await app.registers();
    const token = tokenIn(await app.mailFor(person.email));
    const headers = { 'accept-language': language };
    const { status } = await app.api.post('/v1/auth/email/verify', { json: { token }, headers });
    expect(status).toBe(204);
    return { ...person, token };
  };

  it.each([
    ['en', 'Welcome to Gatehouse', /^Your address is confirmed\. You are our member number [0-9a-f]{4}\.$/m],
    ['fr-CA', 'Bienvenue chez Gatehouse', /^Votre adresse est confirmée\./m],
    ['de', 'Welcome to Gatehouse', /^Your address is confirmed\./m],
  ])('go out in the language of the request: %s', async (language, subject, words) => {
    const { email } = await verified(language);
    const mail = await app.mailFor(email);
    expect(mail.subject).toBe(subject);
    expect(mail.text).toMatch(words);
  });

  it('are sent once, with their facts', async () => {
    const { email, token } = await verified('en');
    await app.mailFor(email);
    expect((await app.api.post('/v1/auth/email/verify', { json: { token } })).status).toBe(422);
    await app.mailsSent();
    await app.mailFor((await app.registers()).email);
    expect(app.smtp.for(email).filter(({ subject }) => subject.startsWith('Welcome'))).toHaveLength(1);
  });

  it('replace an existing text and keep the link', async () => {
    const { email } = await verified('en');
    await app.mailFor(email);
    await app.api.post('/v1/auth/password/forgot', { json: { email } });
    const mail = await app.mailFor(email);
    expect(mail.subject).toBe('Choose a new password for Gatehouse');
    expect(tokenIn(mail)).toMatch(/^pr_/);
  });

  it('use the layout, existing mails too', async () => {
    const { email } = await app.registers();
    const { html, text } = await app.mailFor(email);
    expect(html).toContain('<h1>Gatehouse</h1>\n<p>Someone, probably you, signed up');
    expect(html).toContain('style="font-size: 1.5em">Confirm this address</a>');
    expect(text).toContain('Gatehouse, Example Street 1, Ankara');
  });
});
