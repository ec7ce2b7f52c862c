import { describeApi } from '../../src/api-contract';
import {
  expectProblem,
  type ProblemBody,
  startApp,
  type TestApp,
  type TestUser,
  violations,
} from '../../test/kit';
import { FeedbackModule } from './feedback';

const ID = '01a208a2-3a61-7325-944d-ecf01eaa3246';

describe('the input of a module', () => {
  let app: TestApp;
  let ada: TestUser;

  beforeAll(async () => {
    app = await startApp({ modules: [FeedbackModule] });
    ada = await app.as('ada');
  });

  afterAll(async () => app.close());

  it('is validated by a class in the group of the handler', async () => {
    const ticket = { title: 'Invoice', topic: 'billing' };
    expect((await ada.post('/v1/tickets', ticket)).body).toEqual({ received: ticket });
    expect(violations(await ada.post('/v1/tickets', { topic: 'x' }))).toEqual({
      '/title': 'required',
      '/topic': 'in',
    });
    expect((await ada.patch(`/v1/tickets/${ID}`, {})).body).toEqual({ received: { id: ID } });
    expect(violations(await ada.patch(`/v1/tickets/${ID}`, { title: ' ', topic: 'bug' }))).toEqual({
      '/title': 'text',
      '/topic': 'unknown-property',
    });
  });

  it('is validated by a schema', async () => {
    const feedback = { rating: 5, contact: { email: 'ada@example.com' } };
    const { body } = await app.api.post('/v1/feedback', { json: { ...feedback, text: ' good ' } });
    expect(body).toEqual({ received: { ...feedback, text: 'good' } });
    const refused = await app.api.post<ProblemBody>('/v1/feedback', {
      json: { rating: 6, contact: { email: 'x' }, admin: true },
    });
    expectProblem(refused, 422, 'validation-failed');
    expect(violations(refused)).toEqual({
      '/rating': 'too-big',
      '/contact/email': 'invalid-format',
      '/admin': 'unknown-property',
    });
  });

  it('is converted by the pipes of a parameter', async () => {
    expect((await ada.patch('/v1/tickets/7/priority', {})).body).toEqual({
      received: { number: 7, priority: 3 },
    });
    expect(violations(await ada.patch('/v1/tickets/7/priority', { priority: 'high' }))).toEqual({
      '/priority': 'int',
    });
    expectProblem(await ada.patch('/v1/tickets/x/priority', {}), 404, 'not-found');
    expect((await app.api.get('/v1/feedback')).body).toEqual({ received: { limit: 20 } });
    expect(violations(await app.api.get('/v1/feedback?limit=all'))).toEqual({ '/limit': 'int' });
  });

  it('may include a user on a public route', async () => {
    expect((await app.api.get('/v1/feedback/greeting')).body).toEqual({ text: 'Welcome' });
    expect((await ada.get('/v1/feedback/greeting')).body).toEqual({ text: `Welcome back, ${ada.id}` });
  });

  it('is in the document', () => {
    const { components, paths } = describeApi(app.nest);
    const body = (path: string, method: 'post' | 'patch') => paths[path]?.[method]?.requestBody;
    expect(body('/v1/tickets', 'post')).toMatchObject(reference('CreateTicketRequest'));
    expect(components?.schemas?.CreateTicketRequest).toMatchObject({ required: ['title', 'topic'] });
    expect(components?.schemas?.ChangeTicketRequest).toEqual({
      type: 'object',
      properties: { title: { type: 'string', minLength: 1, maxLength: 200 } },
      additionalProperties: false,
    });
    expect(components?.schemas?.TicketRequest).toBeUndefined();
    expect(body('/v1/feedback', 'post')).toMatchObject({ required: true, ...reference('FeedbackRequest') });
    expect(body('/v1/tickets/{number}/priority', 'patch')).toMatchObject({
      required: false,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { priority: { type: 'integer', default: 3 } },
            additionalProperties: false,
          },
        },
      },
    });
    expect(paths['/v1/feedback']?.get?.parameters).toEqual([
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', default: 20 } },
    ]);
  });
});

function reference(name: string): object {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
}
