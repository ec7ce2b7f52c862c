import { Injectable, Module } from '@nestjs/common';
import { Doctor, DoctorCheck, type DoctorCheckProvider, type Finding } from '../../../src/platform/doctor';
import { startApp, type TestApp } from '../../support/app';

@Injectable()
@DoctorCheck({ topic: 'shelves' })
class ShelvesCheck implements DoctorCheckProvider {
  findings: Finding[] = [];
  failure: Error | undefined;

  async check(): Promise<Finding[]> {
    if (this.failure) throw this.failure;
    return this.findings;
  }
}

@Injectable()
@DoctorCheck({ topic: 'books', after: 'shelves' })
class BooksCheck implements DoctorCheckProvider {
  runs = 0;

  async check(): Promise<Finding[]> {
    return [{ level: 'ok', message: `run ${++this.runs}` }];
  }
}

@Module({ providers: [BooksCheck, ShelvesCheck] })
class LibraryModule {}

const findingsOf = async (app: TestApp, topic: string) =>
  (await app.nest.get(Doctor).run()).filter((finding) => finding.topic === topic);

describe('the doctor checks', () => {
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

  it('include the check of a team’s module, after the check that it depends on', async () => {
    const shelves = app.nest.get(ShelvesCheck);
    shelves.findings = [{ level: 'warning', message: 'they bend', advice: 'fewer books' }];
    const topics = (await app.nest.get(Doctor).run()).map(({ topic }) => topic);
    expect(topics.indexOf('books')).toBeGreaterThan(topics.indexOf('shelves'));
    expect(await findingsOf(app, 'shelves')).toEqual([{ topic: 'shelves', ...shelves.findings[0] }]);
  });

  it('skip a check that depends on a topic with a fault, and report an error of a check as a fault', async () => {
    const shelves = app.nest.get(ShelvesCheck);
    const before = app.nest.get(BooksCheck).runs;
    shelves.failure = new Error('the shelves are locked');
    expect(await findingsOf(app, 'shelves')).toEqual([
      { topic: 'shelves', level: 'fault', message: expect.stringContaining('the shelves are locked') },
    ]);
    expect(await findingsOf(app, 'books')).toEqual([expect.objectContaining({ level: 'warning' })]);
    expect(app.nest.get(BooksCheck).runs).toBe(before);
    shelves.failure = undefined;
  });

  it('name settings that are weaker than recommended', async () => {
    const messages = (await findingsOf(app, 'settings')).map(({ message }) => message).join('\n');
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

  it('count the forms of password hashes, and warn of those below the current settings', async () => {
    const { email } = await app.someone();
    const plain = `$2y$04$${'a'.repeat(53)}`;
    await app.query(
      'UPDATE credentials SET hash = $1 WHERE user_id = (SELECT id FROM users WHERE email = $2)',
      [plain, email],
    );
    await app.someone();
    const found = await findingsOf(app, 'passwords');
    expect(found).toContainEqual(
      expect.objectContaining({ level: 'ok', message: '1 keyed hashes at bcrypt cost 4' }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(/^1 plain .* cost 4/) }),
    );
    expect(JSON.stringify(found)).not.toContain('aaaa');
  });

  it('report hashes under a missing key as a fault', async () => {
    const { email } = await app.someone();
    await app.query(
      `UPDATE credentials SET hash = replace(hash, 'k=', 'k=x') WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
      [email],
    );
    expect(await findingsOf(app, 'passwords')).toContainEqual(expect.objectContaining({ level: 'fault' }));
  });

  it('report when the next signing key is due, and warn when it is overdue', async () => {
    expect((await findingsOf(app, 'signing keys')).map(({ level }) => level)).toEqual(['ok', 'ok']);
    app.clock.advance({ days: 92 });
    expect(await findingsOf(app, 'signing keys')).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(/was due/) }),
    );
  });

  it('measure the clock and the change feed against the database', async () => {
    expect(await findingsOf(app, 'feed')).toEqual([expect.objectContaining({ level: 'ok' })]);
    expect(await findingsOf(app, 'clock')).toEqual([expect.objectContaining({ level: 'ok' })]);
  });

  it.each([
    ['a missing migration', `DELETE FROM migrations WHERE name LIKE 'CreateMails%'`, 'migrations', 'fault'],
    ['a key that was altered', `UPDATE keys SET wrapped = 'x' WHERE purpose = 'refresh'`, 'keys', 'fault'],
    [
      'a key under another secret',
      `UPDATE keys SET wrapped_by = 'x' WHERE purpose = 'refresh'`,
      'keys',
      'fault',
    ],
  ])('report %s', async (_, statement, topic, level) => {
    for (const table of ['migrations', 'keys'])
      await app.query(`CREATE TABLE ${table}_before AS TABLE ${table}`);
    await app.query(statement);
    expect(await findingsOf(app, topic)).toContainEqual(expect.objectContaining({ level }));
    for (const table of ['migrations', 'keys']) {
      await app.query(`TRUNCATE ${table}`);
      await app.query(`INSERT INTO ${table} TABLE ${table}_before`);
      await app.query(`DROP TABLE ${table}_before`);
    }
  });
});
