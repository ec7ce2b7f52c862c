import { BAD_TOKENS, badToken, expectProblem, startApp, type TestApp, type TestUser } from '../../test/kit';
import { NotesModule } from '.';

interface NoteBody {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly createdAt: string;
}

interface ListBody {
  readonly items: readonly NoteBody[];
  readonly nextCursor: string | null;
}

const NOTE = { title: 'Milk', body: 'two bottles\nof it' };

describe('notes', () => {
  let app: TestApp;
  let ada: TestUser;

  beforeAll(async () => {
    app = await startApp({ alone: true, modules: [NotesModule] });
    ada = await app.as('ada', { permissions: ['notes:read', 'notes:write'] });
  });

  afterAll(async () => app.close());

  const added = async (user: TestUser, note: object = NOTE): Promise<NoteBody> => {
    const { status, body } = await user.post<NoteBody>('/v1/notes', note);
    expect(status).toBe(201);
    return body;
  };

  it('are stored as they were sent', async () => {
    const note = await added(ada);
    expect(note).toEqual({ ...NOTE, id: note.id, createdAt: app.clock.now().toISOString() });
    expect((await ada.get(`/v1/notes/${note.id}`)).body).toEqual(note);
  });

  it('are listed page by page, the newest first', async () => {
    const [first, second] = [await added(ada), await added(ada, { ...NOTE, title: 'Bread' })];
    const { body } = await ada.get<ListBody>('/v1/notes?limit=1');
    expect(body.items).toEqual([second]);
    const next = await ada.get<ListBody>(`/v1/notes?limit=1&cursor=${body.nextCursor ?? ''}`);
    expect(next.body.items).toEqual([first]);
  });

  it('require an access token', async () => {
    const { id } = await added(ada);
    expectProblem(await app.api.get('/v1/notes'), 401, 'authentication-required');
    expectProblem(await app.api.get(`/v1/notes/${id}`), 401, 'authentication-required');
    expectProblem(await app.api.post('/v1/notes', { json: NOTE }), 401, 'authentication-required');
    expectProblem(await app.api.delete(`/v1/notes/${id}`), 401, 'authentication-required');
  });

  it.each(BAD_TOKENS)('refuse a token that is %s', async (kind) => {
    const eve = await app.as('eve', { permissions: ['notes:read'] });
    const { token, code } = await badToken(app, eve, kind);
    expectProblem(await app.api.get('/v1/notes', { token }), 401, code);
  });

  it('require permissions to read and to write', async () => {
    const reader = await app.as('reader', { permissions: ['notes:read'] });
    expect((await reader.get('/v1/notes')).status).toBe(200);
    expectProblem(await reader.post('/v1/notes', NOTE), 403, 'insufficient-permission');
    expectProblem(await (await app.as('mallory')).get('/v1/notes'), 403, 'insufficient-permission');
  });

  it('are not accessible to other users', async () => {
    const { id } = await added(ada);
    const eve = await app.as('eve', { permissions: ['notes:read', 'notes:write'] });
    expect((await eve.get<ListBody>('/v1/notes')).body.items).toEqual([]);
    expectProblem(await eve.get(`/v1/notes/${id}`), 404, 'not-found');
    expectProblem(await eve.delete(`/v1/notes/${id}`), 404, 'not-found');
    expect((await ada.get(`/v1/notes/${id}`)).status).toBe(200);
  });

  it.each([
    { body: 'no title' },
    { ...NOTE, title: ' ' },
    { ...NOTE, title: 'x'.repeat(201) },
    { ...NOTE, body: 'no\u0000thing' },
    { ...NOTE, userId: '01a208a2-3a61-7325-944d-ecf01eaa3246' },
  ])('are refused when invalid: %j', async (note) => {
    expectProblem(await ada.post('/v1/notes', note), 422, 'validation-failed');
  });

  it('are deleted once, and the audit trail records it', async () => {
    const { id } = await added(ada);
    expect((await ada.delete(`/v1/notes/${id}`)).status).toBe(204);
    expectProblem(await ada.delete(`/v1/notes/${id}`), 404, 'not-found');
    const events = await app.query(
      `SELECT actor_id AS actor, subject_id AS subject FROM audit_events
        WHERE type = 'note-deleted' AND details->>'note' = $1`,
      [id],
    );
    expect(events).toEqual([{ actor: ada.id, subject: ada.id }]);
  });

  it('are exported and erased with the account', async () => {
    const bob = await app.as('bob', { permissions: ['notes:read', 'notes:write'] });
    const { id } = await added(bob);
    const { body } = await bob.get<{ data: { notes: readonly NoteBody[] } }>('/v1/users/me/export');
    expect(body.data.notes.map((note) => note.id)).toEqual([id]);
    expect((await bob.post('/v1/users/me/delete', { password: bob.password })).status).toBe(204);
    expect(await app.query('SELECT id FROM notes WHERE id = $1', [id])).toEqual([]);
  });
});
