import { CoreModule } from '../../src/core.module';
import { describeApi } from '../../src/api-contract';
import type { TestApp } from '../support/app';
import {
  COMMITTED,
  type Contract,
  type Media,
  operationsOf,
  resolved,
  type Schema,
} from '../support/contract';
import { bodiesOf, examplesOf, expectGoodExamples } from '../support/document-examples';
import { preview } from '../support/preview';
import { sample } from '../support/sample';
import { sharedApp } from '../support/shared-app';

const schemaOf = ({ schema = {} }: Media, contract: Contract): Schema => resolved(schema, contract);
const problems = Object.entries(COMMITTED.components.schemas).filter(
  ([, { properties }]) => properties?.code?.const !== undefined,
);

describe('a problem in openapi.json', () => {
  it.each(problems)('%s is told by its code, and named after it', (name, { properties = {}, required }) => {
    const code = String(properties.code?.const);
    expect(name).toBe(
      `${code.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Problem`,
    );
    expect(properties).toMatchObject({
      type: { const: `urn:problem-type:gatehouse:${code}` },
      title: { const: expect.stringMatching(/^[A-Z]/) as string },
      status: { const: expect.any(Number) as number },
    });
    expect(required?.toSorted()).toEqual(Object.keys(properties).toSorted());
  });

  it('is one of a union where several share a status, and the same wherever it is alone', () => {
    for (const { operationId, responses } of operationsOf(COMMITTED)) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const media = content['application/problem+json'];
        if (!media) continue;
        const { oneOf, discriminator } = schemaOf(media, COMMITTED);
        const codes = Object.keys(media.examples ?? {});
        if (codes.length === 1) continue;
        const name = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}${status}Problem`;
        expect(media.schema).toEqual({ $ref: `#/components/schemas/${name}` });
        expect(discriminator?.propertyName).toBe('code');
        expect(Object.keys(discriminator?.mapping ?? {})).toEqual(codes);
        expect(oneOf?.map(({ $ref }) => $ref)).toEqual(Object.values(discriminator?.mapping ?? {}));
      }
    }
  });

  it('is of a schema with a name, as is everything that is sent', () => {
    for (const { operationId, requestBody, responses } of operationsOf(COMMITTED)) {
      for (const content of [requestBody?.content, ...Object.values(responses).map((each) => each.content)])
        for (const { schema } of Object.values(content ?? {}))
          expect({ operationId, named: schema?.$ref !== undefined }).toEqual({ operationId, named: true });
    }
    const inside = (schema: Schema): Schema[] => [
      ...Object.values(schema.properties ?? {}),
      ...(schema.items ? [schema.items] : []),
      ...(schema.oneOf ?? []),
    ];
    for (const schema of Object.values(COMMITTED.components.schemas).flatMap(inside)) {
      expect(schema.properties).toBeUndefined();
      expect(schema.items?.properties).toBeUndefined();
    }
  });
});

describe('an example in openapi.json', () => {
  it('stands at every body and every answer of ours', async () => {
    const paths = new Set(Object.keys(describeApi(await preview(CoreModule)).paths));
    const ours = operationsOf(COMMITTED).filter(({ route }) => paths.has(route.replace(/^\S+ /, '')));
    expect(ours.length).toBeGreaterThan(30);
    for (const operation of ours) {
      const lacking = bodiesOf(operation).filter((media) => examplesOf(media).length === 0);
      expect([operation.operationId, lacking]).toEqual([operation.operationId, []]);
    }
  });

  // Of all operations: slow/openapi-examples.spec.ts.
  it.each(sample(operationsOf(COMMITTED), 8).map((operation) => [operation.operationId, operation] as const))(
    'of %s is as its schema says',
    (_, operation) => {
      expect(() => expectGoodExamples(operation)).not.toThrow();
    },
  );
});

describe('what the examples of problems say', () => {
  let app: TestApp;
  const exampleOf = (name: string) => COMMITTED.components.examples[`${name}Problem`]?.value;

  beforeAll(async () => {
    app = await sharedApp();
  });

  it.each([
    ['AuthenticationRequired', 'GET', '/v1/users/me', {}],
    ['InvalidToken', 'GET', '/v1/users/me', { token: 'x' }],
    ['InvalidCredentials', 'POST', '/v1/auth/login', { json: { email: 'ada@example.com', password: 'x' } }],
    ['InvalidRefreshToken', 'POST', '/v1/auth/refresh', { json: { refreshToken: 'x' } }],
    ['InvalidOrExpiredToken', 'POST', '/v1/auth/email/change/confirm', { json: { token: 'x' } }],
    ['ValidationFailed', 'POST', '/v1/auth/password/forgot', { json: { email: 'x' } }],
    [
      'UnsupportedMediaType',
      'POST',
      '/v1/auth/logout',
      { raw: 'x', headers: { 'content-type': 'text/plain' } },
    ],
    ['PayloadTooLarge', 'POST', '/v1/auth/logout', { json: { refreshToken: 'x'.repeat(70_000) } }],
    [
      'CrossSiteRequest',
      'POST',
      '/v1/auth/login?useCookies=true',
      { json: {}, headers: { 'sec-fetch-site': 'cross-site' } },
    ],
  ])('is what is answered: %s', async (name, method, path, call) => {
    const { body } = await app.api.send(method, path, call);
    expect({ ...body, instance: '' }).toEqual({ ...(exampleOf(name) as object), instance: '' });
  });

  it('is what is answered to a caller without the permission', async () => {
    const { body } = await (await app.as('nobody')).get('/v1/users');
    expect({ ...body, instance: '' }).toEqual({
      ...(exampleOf('InsufficientPermission') as object),
      instance: '',
    });
  });
});
