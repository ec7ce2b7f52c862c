import { describeApi } from '../../src/api-contract';
import { expectProblem, startApp, type TestApp } from '../../test/kit';
import type { Contract } from '../../test/support/contract';
import { ProjectsModule } from './project-quota';

describe('an error of a module', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [ProjectsModule] });
  });

  afterAll(async () => app.close());

  it('is a problem with its status, its code, its text and its members', async () => {
    const ada = await app.as('ada');
    for (const number of [1, 2, 3]) expect((await ada.post('/v1/projects')).body).toEqual({ number });
    expectProblem(await ada.post('/v1/projects'), 402, 'project-quota-reached', { limit: 3 });
    expect((await (await app.as('bob')).post('/v1/projects')).status).toBe(201);
  });

  it('is part of the OpenAPI document', () => {
    const { paths, components } = JSON.parse(JSON.stringify(describeApi(app.nest))) as Contract;
    expect(paths['/v1/projects']?.post?.responses['402']).toEqual({
      $ref: '#/components/responses/ProjectQuotaReached',
    });
    expect(components.schemas.ProjectQuotaReachedProblem).toMatchObject({
      properties: {
        status: { type: 'integer', const: 402 },
        code: { type: 'string', const: 'project-quota-reached' },
        limit: { type: 'number' },
      },
    });
  });
});
