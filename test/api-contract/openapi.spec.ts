import { describeApi } from '../../src/api-contract';
import { RouteTable } from '../../src/platform/http';
import { codesOf, COMMITTED, type Operation, operationsOf, type Schema } from '../support/contract';
import type { TestApp } from '../support/app';
import { MANIFEST, placeOf } from '../support/manifest';
import { OTHER_SETTINGS } from '../support/other-settings';
import { aMember } from '../support/staff';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';

// Their answer is where it is to be had, not a body.
const NO_BODY = new Set(['204', '302', '304']);

describe('the contract in openapi.json', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const operations = operationsOf(COMMITTED);
  const isOpen = ({ security }: Operation) =>
    security?.some((scheme) => Object.keys(scheme).length === 0) ?? false;
  const named = (id: string) => operations.find(({ operationId }) => operationId === id);

  it('is what the code describes; if not, run `npm run regenerate`', () => {
    expect(COMMITTED).toEqual(JSON.parse(JSON.stringify(describeApi(app.nest))));
  });

  it('is what the application serves', async () => {
    const { status, body, headers } = await app.api.get('/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toEqual(COMMITTED);
  });

  it('is OpenAPI 3.1, which writes null as a type', () => {
    expect(COMMITTED.openapi).toMatch(/^3\.1\./);
    expect(JSON.stringify(COMMITTED)).not.toContain('"nullable"');
    expect(COMMITTED.components.schemas.ProfileResponse?.properties?.displayName?.type).toEqual([
      'string',
      'null',
    ]);
  });

  it('describes each route that is served, and no other', () => {
    const served = app.nest
      .get(RouteTable)
      .routes.filter(
        ({ method, url }) => method !== 'HEAD' && !/^\/(?:account|docs|metrics|openapi\.json)/.test(url),
      )
      .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(operations.map(({ route }) => route).toSorted()).toEqual(served.toSorted());
  });

  it('gives every operation a name of its own, a short summary, a description and one tag', () => {
    for (const { route, operationId, summary, description, tags } of operations) {
      expect(`${route}: ${operationId}`).toMatch(/: [a-z][A-Za-z]+$/);
      expect(`${route}: ${summary}`).toMatch(/: [A-Z][^.]{5,39}$/);
      expect(`${route}: ${description}`).toMatch(/: [A-Z].{19,}\.$/);
      expect([route, tags]).toEqual([route, [expect.any(String)]]);
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('says which operations are open, and asks a bearer token for all others', () => {
    expect(COMMITTED.security).toEqual([{ bearer: [] }, { cookie: [] }]);
    expect(COMMITTED.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      cookie: { type: 'apiKey', in: 'cookie', name: '__Host-access' },
    });
    for (const operation of operations)
      expect([operation.route, isOpen(operation)]).toEqual([
        operation.route,
        MANIFEST[operation.route]?.caller === 'anybody',
      ]);
    const byToken = operations.filter(({ route }) => MANIFEST[route]?.strategies.join() === 'jwt');
    expect(byToken.length).toBeGreaterThan(20);
    for (const { route, security } of byToken) expect([route, security]).toEqual([route, undefined]);
    expect(named('logOut')?.security).toEqual(expect.arrayContaining([{ bearer: [] }, {}]));
  });

  it('describes every answer: one success with its shape, each problem with its codes', () => {
    for (const { route, responses, ...operation } of operations) {
      const statuses = Object.keys(responses);
      const successes = statuses.filter((status) => status < '400' && status !== '304');
      // A role that is made and one that is changed look alike, and are told apart by the status.
      expect([route, successes.length]).toEqual([route, operation.operationId === 'saveRole' ? 2 : 1]);
      const due = [
        '500',
        '503',
        ...(isOpen({ responses, ...operation }) ? [] : ['401']),
        ...(operation.requestBody ? ['400', '413', '415', '422'] : []),
      ];
      expect([route, due.filter((status) => !statuses.includes(status))]).toEqual([route, []]);
      for (const [status, { description, content = {} }] of Object.entries(responses)) {
        expect(`${route} ${status}: ${description}`).toMatch(/: \S/);
        if (status >= '400') {
          const codes = codesOf({ content });
          expect(Object.keys(content)).toEqual(['application/problem+json']);
          expect(description).toBe(codes.map((code) => `\`${code}\``).join(', '));
        } else {
          // @ApiOkResponse({ type: … }) says what it is.
          expect([route, status, Object.keys(content).length]).toEqual([
            route,
            status,
            NO_BODY.has(status) ? 0 : 1,
          ]);
        }
      }
    }
  });

  it('has no empty schema, and no reference that leads nowhere', () => {
    const visit = (schema: Schema | undefined, where: string): void => {
      if (schema?.oneOf) return schema.oneOf.forEach((choice) => visit(choice, where));
      const said = schema?.$ref ?? schema?.type;
      expect(`${where}: ${String(said)}`).not.toMatch(/undefined$/);
      if (schema?.$ref) {
        expect(Object.keys(COMMITTED.components.schemas)).toContain(schema.$ref.split('/').at(-1));
      }
      if (schema?.type === 'array') visit(schema.items, `${where}[]`);
      if (schema?.type !== 'object') return;
      const properties = Object.entries(schema.properties ?? {});
      // What modules export, and what they say of an event, is theirs to shape.
      if (properties.length === 0 && !['ExportResponse.data', 'AuditEventResponse.details'].includes(where))
        expect({ where, closed: schema.additionalProperties === false }).toEqual({ where, closed: true });
      for (const [name, property] of properties) visit(property, `${where}.${name}`);
    };
    for (const [name, schema] of Object.entries(COMMITTED.components.schemas)) visit(schema, name);
    for (const { route, requestBody, responses } of operations) {
      for (const content of [requestBody?.content, ...Object.values(responses).map((each) => each.content)]) {
        for (const { schema } of Object.values(content ?? {})) visit(schema, route);
      }
    }
  });

  it('asks for a body where the route needs one, and only there', async () => {
    let member = await aMember(app, 'admin');
    const withBody = operations.filter((each) => each.requestBody);
    expect(withBody.length).toBeGreaterThan(15);
    for (const { route, requestBody } of withBody) {
      const { method, path } = placeOf(route);
      const { status } = await app.api.send(method, path, { token: member.token });
      expect({ route, refused: status === 422 }).toEqual({ route, refused: requestBody?.required });
      // It may have ended the session.
      if (status < 300) member = await aMember(app, 'admin');
    }
  });
});

describe('the documents page', () => {
  it('is Swagger UI', async () => {
    const { api } = await sharedApp();
    const { status, text, headers } = await api.get('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(files.join()).toMatch(/swagger-ui\.css.*swagger-ui-bundle\.js/);
  });

  it('is not there with DOCS=off, nor is the document', async () => {
    expect(OTHER_SETTINGS.DOCS).toBe('off');
    const { api } = await sharedApp({ env: OTHER_SETTINGS });
    for (const path of ['/docs', '/docs/', '/docs/swagger-ui.css', '/openapi.json'])
      expectProblem(await api.get(path), 404, 'not-found');
  });
});
