import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { Home, type Instance } from '../support/home';
import { tokenIn } from '../support/smtp-sink';

const PERSON = { email: 'grace@example.com', password: 'teal otters juggle 7 lanterns' };
const WRITTEN = /SMTP_URL is not set, so a mail was written to (\S+)/g;

describe('a development start without a mail server', () => {
  let home: Home;
  let instance: Instance;

  beforeAll(async () => {
    home = new Home();
    instance = await home.start({ SMTP_URL: '', REQUIRE_VERIFIED_EMAIL: 'true' });
  });

  afterAll(async () => home.clear());

  const folder = () => join(home.folder, 'data/outbox');
  const post = async (path: string, json: object, headers = {}) =>
    (await instance.api.post(`/v1/auth/${path}`, { json, headers })).status;

  /** The files that the log names, once there are so many. */
  async function files(count: number): Promise<string[]> {
    await instance.says(new RegExp(`(${WRITTEN.source}[^]*){${count}}`), 5_000);
    return [...instance.output.matchAll(WRITTEN)].map(([, path = '']) => path);
  }

  it('writes a mail into a file that it names, with a link that works', async () => {
    expect(await post('register', PERSON)).toBe(202);
    const [path = '', ...more] = await files(1);
    expect(more).toEqual([]);
    expect(path).toMatch(/^data\/outbox\/[\dT.Z-]+-email-verification-[\da-f-]{36}\.eml$/);
    const { text = '', html = '' } = await PostalMime.parse(readFileSync(join(home.folder, path)));
    expect(await post('login', PERSON)).toBe(401);
    expect(await post('email/verify', { token: tokenIn({ text, html }) })).toBe(204);
    expect(await post('login', PERSON)).toBe(200);
  });

  it.each([
    ['English', 'en', 'Confirm your address for Gatehouse'],
    ['German', 'de', 'Bestätigen Sie Ihre Adresse für Gatehouse'],
  ])('writes whole messages, in %s, too', async (name, language, subject) => {
    const before = (await files(1)).length;
    const email = `${name.toLowerCase()}@example.com`;
    expect(await post('register', { ...PERSON, email }, { 'accept-language': language })).toBe(202);
    const path = (await files(before + 1)).at(-1) ?? '';
    const bytes = readFileSync(join(home.folder, path));
    const mail = await PostalMime.parse(bytes);
    expect(mail).toMatchObject({
      subject,
      from: { address: 'no-reply@example.test', name: 'Gatehouse' },
      to: [{ address: email }],
      attachments: [],
    });
    const { text = '', html = '' } = mail;
    expect(tokenIn({ text, html })).toMatch(/^ev_/);
    expect(html).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
    const [, boundary = 'none'] = /boundary="(.*)"/.exec(bytes.toString()) ?? [];
    expect(bytes.toString().trimEnd().endsWith(`--${boundary}--`)).toBe(true);
    expect(bytes.toString()).not.toMatch(/[^\r]\n/);
  });

  it('shows the link in the file as it is, for who reads it without a mail program', async () => {
    for (const path of await files(3)) {
      const bytes = readFileSync(join(home.folder, path));
      const { text = '', html = '' } = await PostalMime.parse(bytes);
      const link = `https://auth.example.test/account#token=${tokenIn({ text, html })}`;
      expect(bytes.toString().split('\r\n')).toContain(link);
    }
  });

  it('keeps them for this account alone, and no draft of them', async () => {
    const paths = await files(3);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(
      readdirSync(folder())
        .map((name) => `data/outbox/${name}`)
        .toSorted(),
    ).toEqual(paths.toSorted());
    for (const path of paths) expect(statSync(join(home.folder, path)).mode & 0o777).toBe(0o600);
  });

  it('logs neither whom they are for nor what opens an account', async () => {
    for (const path of await files(3)) {
      const { text = '', html = '' } = await PostalMime.parse(readFileSync(join(home.folder, path)));
      expect(instance.output).not.toContain(tokenIn({ text, html }));
    }
    expect(instance.output).not.toMatch(/(grace|english|german)@example/);
  });
});
