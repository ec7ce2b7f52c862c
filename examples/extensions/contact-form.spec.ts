import { expectProblem, type ProblemBody, startApp, type TestApp, violations } from '../../test/kit';
import { ContactFormModule, messages } from './contact-form';

describe('a form', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [ContactFormModule] });
  });

  beforeEach(() => messages.splice(0));

  afterAll(async () => app.close());

  const send = async (raw: string, type = 'application/x-www-form-urlencoded') =>
    app.api.post<ProblemBody>('/v1/contact-form', { raw, headers: { 'content-type': type } });

  it('arrives as a browser sends it, and is validated', async () => {
    expect((await send('name=Ada+L%C3%B6we&message=One%0D%0Atwo')).status).toBe(204);
    expect(messages).toEqual([{ name: 'Ada Löwe', message: 'One\ntwo' }]);
    expect(violations(await send('name=&other=1'))).toEqual({
      '/name': 'text',
      '/message': 'required',
      '/other': 'unknown-property',
    });
  });

  it('has each field once, and is no JSON', async () => {
    expectProblem(await send('name=Ada&name=Eve&message=a'), 400, 'malformed-request');
    expectProblem(await send('{"name":"Ada"}', 'application/json'), 415, 'unsupported-media-type');
    expect(messages).toEqual([]);
  });
});
