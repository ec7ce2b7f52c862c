import {
  expectProblem,
  type ProblemBody,
  startApp,
  type TestApp,
  type TestUser,
  violations,
} from '../../test/kit';
import { AttachmentsModule } from './attachments';

const MIB = 1024 * 1024;

describe('an upload', () => {
  let app: TestApp;
  let ada: TestUser;

  beforeAll(async () => {
    app = await startApp({ modules: [AttachmentsModule] });
    ada = await app.as('ada');
  });

  afterAll(async () => app.close());

  const formOf = (title: string, ...files: readonly string[]) => {
    const form = new FormData();
    form.append('title', title);
    for (const content of files) form.append('file', new Blob([content]), 'file.txt');
    return form;
  };

  const upload = async (form: FormData, token?: string) => {
    const body = new Response(form);
    return app.api.post<ProblemBody & { ids: string[] }>('/v1/attachments', {
      raw: new Uint8Array(await body.arrayBuffer()),
      headers: { 'content-type': body.headers.get('content-type') ?? '' },
      ...(token && { token }),
    });
  };

  const stored = async () => app.query('SELECT id FROM attachments');

  it('stores the files, and only its owner downloads them', async () => {
    const { status, body } = await upload(formOf('Notes', 'one', '<script>'), ada.token);
    expect([status, body.ids]).toEqual([201, [expect.any(String), expect.any(String)]]);
    const download = await ada.get(`/v1/attachments/${body.ids[1] ?? ''}`);
    expect([download.status, download.text]).toEqual([200, '<script>']);
    expect(download.headers.get('content-type')).toBe('application/octet-stream');
    expect(download.headers.get('content-disposition')).toBe('attachment');
    const eve = await app.as('eve');
    expectProblem(await eve.get(`/v1/attachments/${body.ids[1] ?? ''}`), 404, 'not-found');
  });

  it('requires an access token, a title and a file', async () => {
    expectProblem(await upload(formOf('Notes', 'one')), 401, 'authentication-required');
    expect(violations(await upload(formOf('', 'one'), ada.token))).toEqual({ '/title': 'text' });
    expect(violations(await upload(formOf('Notes'), ada.token))).toEqual({ '/file': 'required' });
  });

  it('stores none of the files where one is too large', async () => {
    const before = await stored();
    const answer = await upload(formOf('Notes', 'small', 'x'.repeat(MIB + 1)), ada.token);
    expectProblem(answer, 413, 'payload-too-large');
    expect(await stored()).toEqual(before);
  });

  it('is exported and erased with the account', async () => {
    const bob = await app.as('bob');
    const { body } = await upload(formOf('Mine', 'one'), bob.token);
    const { data } = (await bob.get<{ data: { attachments: { id: string }[] } }>('/v1/users/me/export')).body;
    expect(data.attachments.map(({ id }) => id)).toEqual(body.ids);
    expect((await bob.post('/v1/users/me/delete', { password: bob.password })).status).toBe(204);
    expect(await app.query('SELECT FROM attachments WHERE user_id = $1', [bob.id])).toEqual([]);
  });
});
