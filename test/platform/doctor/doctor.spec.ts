import { Injectable, Module } from '@nestjs/common';
import { Doctor, DoctorCheck, type DoctorCheckProvider, type Finding } from '../../../src/platform/doctor';
import { startApp, type TestApp } from '../../support/app';

@Injectable()
@DoctorCheck({ topic: 'shelves' })
class ShelvesDiagnosis implements DoctorCheckProvider {
  findings: Finding[] = [];
  failure: Error | undefined;

  async check(): Promise<Finding[]> {
    if (this.failure) throw this.failure;
    return this.findings;
  }
}

@Injectable()
@DoctorCheck({ topic: 'books', after: 'shelves' })
class BooksDiagnosis implements DoctorCheckProvider {
  asked = 0;

  async check(): Promise<Finding[]> {
    return [{ level: 'ok', message: `asked ${++this.asked} times` }];
  }
}

@Module({ providers: [BooksDiagnosis, ShelvesDiagnosis] })
class LibraryModule {}

const diagnosed = async (app: TestApp, topic: string) =>
  (await app.nest.get(Doctor).run()).filter((finding) => finding.topic === topic);

describe('what can be told of the application', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({
      modules: [LibraryModule],
      env: {
        PASSWORD_MIN_LENGTH: '8',
        SESSION_MAX_DAYS: '365',
        ACCESS_TOKEN_MINUTES: '60',
        RATE_LIMITS: 'off',
      },
    });
  });

  afterAll(async () => app.close());

  it('includes what a module of a team has to tell, later than what that depends on', async () => {
    const shelves = app.nest.get(ShelvesDiagnosis);
    shelves.findings = [{ level: 'warning', message: 'they bend', advice: 'fewer books' }];
    const topics = (await app.nest.get(Doctor).run()).map(({ topic }) => topic);
    expect(topics.indexOf('books')).toBeGreaterThan(topics.indexOf('shelves'));
    expect(await diagnosed(app, 'shelves')).toEqual([{ topic: 'shelves', ...shelves.findings[0] }]);
  });

  it('does not look at what depends on something that has a fault, and takes a failure to look for one', async () => {
    const shelves = app.nest.get(ShelvesDiagnosis);
    const before = app.nest.get(BooksDiagnosis).asked;
    shelves.failure = new Error('nobody has the key');
    expect(await diagnosed(app, 'shelves')).toEqual([
      { topic: 'shelves', level: 'fault', message: expect.stringContaining('nobody has the key') },
    ]);
    expect(await diagnosed(app, 'books')).toEqual([expect.objectContaining({ level: 'warning' })]);
    expect(app.nest.get(BooksDiagnosis).asked).toBe(before);
    shelves.failure = undefined;
  });

  it('names settings that are weaker than they should be', async () => {
    const messages = (await diagnosed(app, 'settings')).map(({ message }) => message).join('\n');
    for (const words of [
      /8 characters/,
      /365 days/,
      /60 minutes/,
      /cost 4/,
      /before their email address is verified/,
      /RATE_LIMITS is off/,
    ])
      expect(messages).toMatch(words);
  });

  it('counts the forms of password hashes, and names those below today’s settings', async () => {
    const { email } = await app.someone();
    const plain = `$2y$04$${'a'.repeat(53)}`;
    await app.query(
      'UPDATE credentials SET hash = $1 WHERE user_id = (SELECT id FROM users WHERE email = $2)',
      [plain, email],
    );
    await app.someone();
    const found = await diagnosed(app, 'passwords');
    expect(found).toContainEqual(
      expect.objectContaining({ level: 'ok', message: '1 keyed hashes at bcrypt cost 4' }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(/^1 plain .* cost 4/) }),
    );
    expect(JSON.stringify(found)).not.toContain('aaaa');
  });

  it('takes hashes under a key that is gone for a fault', async () => {
    const { email } = await app.someone();
    await app.query(
      `UPDATE credentials SET hash = replace(hash, 'k=', 'k=x') WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
      [email],
    );
    expect(await diagnosed(app, 'passwords')).toContainEqual(expect.objectContaining({ level: 'fault' }));
  });

  it('says when the next signing key is due, and when nobody made it', async () => {
    expect((await diagnosed(app, 'signing keys')).map(({ level }) => level)).toEqual(['ok', 'ok']);
    app.clock.advance({ days: 92 });
    expect(await diagnosed(app, 'signing keys')).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(/was due/) }),
    );
  });

  it('measures the clock and the news by the database', async () => {
    expect(await diagnosed(app, 'feed')).toEqual([expect.objectContaining({ level: 'ok' })]);
    expect(await diagnosed(app, 'clock')).toEqual([expect.objectContaining({ level: 'ok' })]);
  });

  it.each([
    [
      'a migration that vanished',
      `DELETE FROM migrations WHERE name LIKE 'CreateMails%'`,
      'migrations',
      'fault',
    ],
    ['a key that was altered', `UPDATE keys SET wrapped = 'x' WHERE purpose = 'refresh'`, 'keys', 'fault'],
    [
      'a key under another secret',
      `UPDATE keys SET wrapped_by = 'x' WHERE purpose = 'refresh'`,
      'keys',
      'fault',
    ],
  ])('tells of %s', async (_, statement, topic, level) => {
    for (const table of ['migrations', 'keys'])
      await app.query(`CREATE TABLE ${table}_before AS TABLE ${table}`);
    await app.query(statement);
    expect(await diagnosed(app, topic)).toContainEqual(expect.objectContaining({ level }));
    for (const table of ['migrations', 'keys']) {
      await app.query(`TRUNCATE ${table}`);
      await app.query(`INSERT INTO ${table} TABLE ${table}_before`);
      await app.query(`DROP TABLE ${table}_before`);
    }
  });
});
