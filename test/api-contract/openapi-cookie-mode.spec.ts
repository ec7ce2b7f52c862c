import { codesOf, COMMITTED, operationsOf } from '../support/contract';

const { components, security } = COMMITTED;
const operations = operationsOf(COMMITTED);
const named = (id: string) => {
  const operation = operations.find(({ operationId }) => operationId === id);
  if (!operation) throw new Error(`there is no ${id}`);
  return operation;
};
const refTo = (name: string) => `#/components/schemas/${name}`;

const SIGN_INS = [
  'logIn',
  'completeWithTotp',
  'completeWithPasskey',
  'logInWithPasskey',
  'completeWithRecoveryCode',
];

describe('cookie mode in openapi.json', () => {
  it('has both ways to send an access token, either of which is enough', () => {
    expect(components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      cookie: {
        type: 'apiKey',
        in: 'cookie',
        name: '__Host-access',
        description: expect.stringMatching(/useCookies=true/) as string,
      },
    });
    expect(security).toEqual([{ bearer: [] }, { cookie: [] }]);
    expect(named('logOut').security).toEqual(expect.arrayContaining([{ bearer: [] }, { cookie: [] }, {}]));
  });

  it.each([
    ['logIn', 'LoginOutcome', 'LoginResponse'],
    ['refresh', 'TokenOutcome', 'TokenResponse'],
    ['reauthenticate', 'TokenOutcome', 'TokenResponse'],
  ])('%s answers with %s: %s or without tokens; tokenType tells which', (id, outcome, inBody) => {
    const { content, headers } = named(id).responses['200'] ?? {};
    expect(content?.['application/json']?.schema).toEqual({ $ref: refTo(outcome) });
    expect(components.schemas[outcome]).toEqual({
      oneOf: [{ $ref: refTo(inBody) }, { $ref: refTo('CookieResponse') }],
      discriminator: {
        propertyName: 'tokenType',
        mapping: { Bearer: refTo(inBody), Cookie: refTo('CookieResponse') },
      },
    });
    expect(headers?.['Set-Cookie']).toMatchObject({ schema: { type: 'string' } });
    for (const cookie of ['__Host-access', '__Host-refresh', '__Host-device'])
      expect(headers?.['Set-Cookie']?.description).toContain(cookie);
  });

  it.each([
    ['LoginResponse', 'Bearer', ['accessToken', 'refreshToken', 'deviceToken']],
    ['TokenResponse', 'Bearer', ['accessToken', 'refreshToken']],
    ['CookieResponse', 'Cookie', []],
  ])('%s is told by its tokenType, and has no tokens but %j', (name, tokenType, tokens) => {
    const { properties = {}, required = [] } = components.schemas[name] ?? {};
    const all = ['tokenType', 'expiresIn', 'refreshExpiresIn', ...tokens].toSorted();
    expect(properties.tokenType?.enum).toEqual([tokenType]);
    expect([Object.keys(properties).toSorted(), required.toSorted()]).toEqual([all, all]);
  });

  it('says that a sign-out takes cookies away', () => {
    const { headers, content } = named('logOut').responses['204'] ?? {};
    expect(Object.keys(headers ?? {})).toEqual(['Set-Cookie']);
    expect(content).toBeUndefined();
  });

  it('says so of no other operation', () => {
    const setters = operations.filter(({ responses }) =>
      Object.values(responses).some(({ headers }) => headers && 'Set-Cookie' in headers),
    );
    expect(setters.map(({ operationId }) => operationId).toSorted()).toEqual([
      'changePassword',
      'completeWithPasskey',
      'completeWithRecoveryCode',
      'completeWithTotp',
      'logIn',
      'logInWithPasskey',
      'logOut',
      'reauthenticate',
      'reauthenticateWithPasskey',
      'refresh',
      'resetPassword',
    ]);
  });

  it.each(SIGN_INS)('is asked for by a parameter of %s, true or false', (id) => {
    expect(named(id).parameters).toMatchObject([
      {
        name: 'useCookies',
        in: 'query',
        required: false,
        schema: { type: 'string', enum: ['true', 'false'], default: 'false' },
      },
    ]);
    expect(
      operations.filter(({ parameters }) => JSON.stringify(parameters)?.includes('useCookies')),
    ).toHaveLength(SIGN_INS.length);
  });

  it('needs no body for a refresh or a sign-out', () => {
    for (const id of ['refresh', 'logOut']) expect(named(id).requestBody?.required).toBe(false);
  });

  it('may answer cross-site-request wherever a browser could be made to act, and nowhere else', () => {
    const asked = operations.filter(({ responses }) =>
      codesOf(responses['403'] ?? {}).includes('cross-site-request'),
    );
    const guarded = operations.filter((each) => each.security === undefined && each.method !== 'get');
    expect(asked.map(({ operationId }) => operationId).toSorted()).toEqual(
      [
        ...guarded.map(({ operationId }) => operationId),
        ...SIGN_INS,
        'beginPasskey',
        'refresh',
        'logOut',
      ].toSorted(),
    );
  });

  it('may be refused for a cookie that came twice wherever one is looked at', () => {
    const guarded = operations.filter((each) => each.security === undefined);
    for (const { responses } of [...guarded, ...['logIn', 'refresh', 'logOut'].map(named)])
      expect(codesOf(responses['400'] ?? {})).toEqual(['malformed-request']);
  });

  it('is answered over https only, as all but the health checks are', () => {
    const others = operations.filter(
      ({ responses }) => !codesOf(responses['403'] ?? {}).includes('insecure-transport'),
    );
    expect(others.map(({ operationId }) => operationId).toSorted()).toEqual(['getLiveness', 'getReadiness']);
  });
});
