import { Injectable, Module } from '@nestjs/common';
import { Database } from '../../../src/platform/database';
import {
  PersonalData,
  type PersonalDataProvider,
  PersonalDataRegistry,
} from '../../../src/platform/personal-data';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { canSignIn } from '../../support/email-change';
import { expectProblem } from '../../support/problem';
import { expectOpen, expectOver } from '../../support/sessions';
import { someoneVerified } from '../../support/registrations';

const BROKEN = 'the shelves are locked';

/** What a team could have added: a table of its own that holds on to its users. */
@Injectable()
@PersonalData({ section: 'books', tables: ['books'] })
class BooksData implements PersonalDataProvider {
  broken = false;

  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    if (this.broken) throw new Error(BROKEN);
    return this.database.query({ text: 'SELECT title FROM books WHERE user_id = $1 ORDER BY title' }, [
      userId,
    ]);
  }

  async erase(userId: string): Promise<void> {
    await this.database.query({ text: 'DELETE FROM books WHERE user_id = $1' }, [userId]);
    if (this.broken) throw new Error(BROKEN);
  }
}

@Module({ providers: [BooksData] })
class BooksModule {}

interface Named {
  readonly name: string;
}

/** The tables that hold on to a user, by the name of a column or by a foreign key, and that no module answers for. */
async function unanswered(app: TestApp): Promise<string[]> {
  const tables = await app.query<Named>(
    `SELECT DISTINCT c.relname AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND (
       c.relname = 'users' OR a.attname = 'user_id' OR EXISTS (
         SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = 'users'::regclass))
     ORDER BY name`,
  );
  const named = new Set(app.nest.get(PersonalDataRegistry).tables());
  return tables.map(({ name }) => name).filter((name) => !named.has(name));
}

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ smtp: true, modules: [BooksModule] });
  // Without CASCADE: a module that forgot its rows would keep the account.
  await app.query('CREATE TABLE books (user_id uuid NOT NULL REFERENCES users (id), title text NOT NULL)');
});

afterAll(async () => app.close());

describe('a module with personal data of its own', () => {
  let books: BooksData;
  let person: { email: string; password: string };
  let id: string;

  beforeEach(async () => {
    books = app.nest.get(BooksData);
    person = await someoneVerified(app);
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [person.email]);
    id = user?.id ?? '';
    await app.query(`INSERT INTO books VALUES ($1, 'Emma'), ($1, 'Dracula')`, [id]);
  });

  afterEach(() => {
    books.broken = false;
  });

  const booksLeft = async () => app.query('SELECT title FROM books WHERE user_id = $1', [id]);
  const exported = async (token: string) =>
    app.api.get<{ data: Record<string, unknown> }>('/v1/users/me/export', { token });
  const remove = async (token: string) =>
    app.api.post('/v1/users/me/delete', { token, json: { password: PASSWORD } });

  it('adds its section to the export, with the rows of this user', async () => {
    const other = await app.signIn();
    const { accessToken } = await app.signIn(person);
    expect((await exported(accessToken)).body.data.books).toEqual([{ title: 'Dracula' }, { title: 'Emma' }]);
    expect((await exported(other.accessToken)).body.data.books).toEqual([]);
  });

  it('erases when the account is deleted, before the user is', async () => {
    const tokens = await app.signIn(person);
    expect((await remove(tokens.accessToken)).status).toBe(204);
    expect(await booksLeft()).toEqual([]);
    await expectOver(app, tokens);
  });

  it('keeps the whole account where it cannot erase', async () => {
    books.broken = true;
    const [here, there] = [await app.signIn(person), await app.signIn(person)];
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email } });
    await app.mailFor(person.email);
    const state = async () =>
      Promise.all(
        ['users', 'credentials', 'sessions', 'one_time_tokens', 'books', 'changes', 'mails'].map(
          async (table) => app.query(`SELECT * FROM ${table} t ORDER BY t::text`),
        ),
      );
    const before = await state();
    const answer = await remove(here.accessToken);
    expectProblem(answer, 500, 'internal-error');
    expect(answer.text).not.toContain(BROKEN);
    expect(await state()).toEqual(before);
    const mails = app.smtp.for(person.email).length;
    await app.mailsSent();
    expect(app.smtp.for(person.email)).toHaveLength(mails);
    await expectOpen(app, here, there);
    expect(await canSignIn(app, person)).toBe(true);

    books.broken = false;
    expect((await remove((await app.signIn(person)).accessToken)).status).toBe(204);
    expect((await app.mailFor(person.email)).subject).toBe('Your account at Gatehouse was deleted');
  });

  it('erases in the transaction of the deletion: a later failure restores its rows', async () => {
    await app.query('CREATE TABLE loans (borrower uuid REFERENCES users (id))');
    await app.query('INSERT INTO loans VALUES ($1)', [id]);
    const tokens = await app.signIn(person);
    expectProblem(await remove(tokens.accessToken), 500, 'internal-error');
    expect(await booksLeft()).toHaveLength(2);
    await expectOpen(app, tokens);
    await app.query('DROP TABLE loans');
  });

  it('fails the export where its part fails: an incomplete one would look complete', async () => {
    books.broken = true;
    const answer = await exported((await app.signIn(person)).accessToken);
    expectProblem(answer, 500, 'internal-error');
    expect(answer.text).not.toContain(BROKEN);
  });
});

describe('every table that refers to a user', () => {
  it('is declared by one module', async () => {
    expect(await unanswered(app)).toEqual([]);
    const tables = app.nest.get(PersonalDataRegistry).tables();
    expect(tables).toEqual([...new Set(tables)]);
  });

  it('exists: no module declares one that does not', async () => {
    for (const table of app.nest.get(PersonalDataRegistry).tables())
      expect(await app.query(`SELECT to_regclass('${table}') IS NOT NULL AS there`)).toEqual([
        { there: true },
      ]);
  });

  it.each([
    ['by its column', 'CREATE TABLE loose (id uuid, user_id uuid)'],
    ['by a foreign key', 'CREATE TABLE loose (owner uuid REFERENCES users (id))'],
    ['in parts', 'CREATE TABLE loose (user_id uuid) PARTITION BY HASH (user_id)'],
    ['in a schema of its own', 'CREATE SCHEMA aside CREATE TABLE loose (user_id uuid)'],
  ])('is found %s where no module declares it', async (_, statement) => {
    await app.query(statement);
    expect(await unanswered(app)).toEqual(['loose']);
    await app.query('DROP SCHEMA IF EXISTS aside CASCADE; DROP TABLE IF EXISTS loose');
  });
});
