import { describeAccessChanges } from './access-changes';
import type { RouteAccess } from './access-manifest';

const NOTES: RouteAccess = {
  handler: 'NotesController.add',
  caller: 'signed in',
  strategies: ['jwt'],
  permissions: ['notes:write'],
  recentSignIn: true,
  guards: ['TeamGuard'],
  limits: ['notes: 10 per account in 60 s'],
  crossSite: 'refused',
  cache: 'no-store',
};

describe('what has changed for those who use the routes', () => {
  it('is nothing where the manifests say the same', () => {
    expect(describeAccessChanges({ 'POST /notes': NOTES }, { 'POST /notes': { ...NOTES } })).toEqual([]);
  });

  it('is a route that appears, with what it asks for, or disappears', () => {
    expect(describeAccessChanges({}, { 'POST /notes': NOTES })).toEqual([
      'POST /notes is new: signed in, with notes:write and a recent sign-in',
    ]);
    expect(
      describeAccessChanges(
        {},
        { 'GET /notes': { ...NOTES, caller: 'anybody', permissions: [], recentSignIn: false } },
      ),
    ).toEqual(['more permissive: GET /notes is new: anybody']);
    expect(
      describeAccessChanges(
        {},
        { 'GET /notes': { ...NOTES, permissions: [], recentSignIn: false, cache: 'public' } },
      ),
    ).toEqual(['more permissive: GET /notes is new: signed in; its answer may be kept: public']);
    expect(
      describeAccessChanges({}, { 'POST /notes': { ...NOTES, strategies: ['jwt', 'api-key'] } }),
    ).toEqual(['POST /notes is new: known by jwt or api-key, with notes:write and a recent sign-in']);
    expect(describeAccessChanges({}, { 'POST /notes': { ...NOTES, body: 'text/plain' } })).toEqual([
      'POST /notes is new: signed in, with notes:write and a recent sign-in; its body: text/plain',
    ]);
    expect(describeAccessChanges({ 'POST /notes': NOTES }, {})).toEqual(['POST /notes is gone']);
  });

  it.each<[Partial<RouteAccess>, string]>([
    [{ caller: 'anybody' }, 'caller was signed in, is anybody'],
    [{ caller: 'anybody, with an optional user' }, 'caller was signed in, is anybody, with an optional user'],
    [{ strategies: ['jwt', 'api-key'] }, 'strategies was jwt, is jwt, api-key'],
    [{ strategies: ['api-key'] }, 'strategies was jwt, is api-key'],
    [{ permissions: [] }, 'permissions was notes:write, is nothing'],
    [{ permissions: ['notes:read'] }, 'permissions was notes:write, is notes:read'],
    [{ recentSignIn: false }, 'recentSignIn was true, is false'],
    [{ guards: [] }, 'guards was TeamGuard, is nothing'],
    [{ limits: [] }, 'limits was notes: 10 per account in 60 s, is nothing'],
    [
      { limits: ['notes: 90 per account in 60 s'] },
      'limits was notes: 10 per account in 60 s, is notes: 90 per account in 60 s',
    ],
    [{ crossSite: 'has no cookies read' }, 'crossSite was refused, is has no cookies read'],
    [{ cache: 'public, max-age=60' }, 'cache was no-store, is public, max-age=60'],
  ])('lets more people in with %j, and is called so', (change, words) => {
    expect(
      describeAccessChanges({ 'POST /notes': NOTES }, { 'POST /notes': { ...NOTES, ...change } }),
    ).toEqual([`more permissive: POST /notes: ${words}`]);
  });

  it.each<[keyof RouteAccess, readonly string[]]>([
    ['permissions', ['notes:read', 'notes:write']],
    ['guards', ['TeamGuard', 'HoursGuard']],
    ['limits', ['notes: 10 per account in 60 s', 'notes: 60 per source in 60 s']],
  ])('lets more people in where one of two %s is gone', (field, both) => {
    const change = describeAccessChanges(
      { 'POST /notes': { ...NOTES, [field]: both } },
      { 'POST /notes': { ...NOTES, [field]: both.slice(1) } },
    );
    expect(change).toEqual([expect.stringMatching(/^more permissive: /)]);
  });

  it.each<[string | undefined, string | undefined, string]>([
    [undefined, 'text/plain', 'body was the default, is text/plain'],
    ['text/plain', undefined, 'body was text/plain, is the default'],
  ])('may take more with the body %s after %s, and is called so', (before, after, words) => {
    const former = { 'POST /notes': { ...NOTES, ...(before && { body: before }) } };
    const now = { 'POST /notes': { ...NOTES, ...(after && { body: after }) } };
    expect(describeAccessChanges(former, now)).toEqual([`more permissive: POST /notes: ${words}`]);
  });

  it('lets more people keep an answer that was only theirs', () => {
    const former = { 'GET /notes': { ...NOTES, cache: 'private, max-age=60' } };
    const now = { 'GET /notes': { ...NOTES, cache: 'public, max-age=60' } };
    expect(describeAccessChanges(former, now)).toEqual([expect.stringMatching(/^more permissive: /)]);
  });

  it('is shown where only the one of the two knows of a field', () => {
    const former = { 'GET /notes': { ...NOTES, hours: 'nine to five' } as RouteAccess };
    expect(describeAccessChanges(former, { 'GET /notes': NOTES })).toEqual([
      'GET /notes: hours was nine to five, is undefined',
    ]);
  });

  it.each<[Partial<RouteAccess>, Partial<RouteAccess>]>([
    [{ caller: 'anybody', strategies: [] }, { caller: 'signed in' }],
    [{ caller: 'anybody, with an optional user' }, { caller: 'signed in' }],
    [{ caller: 'anybody' }, { caller: 'anybody, with an optional user' }],
    [{ strategies: ['jwt', 'api-key'] }, { strategies: ['jwt'] }],
    [{ recentSignIn: false }, { recentSignIn: true }],
    [{ crossSite: 'has no cookies read' }, { crossSite: 'refused' }],
    [{ cache: 'public' }, { cache: 'no-store' }],
  ])('from %j to %j is not called so', (before, after) => {
    const [words] = describeAccessChanges(
      { 'POST /notes': { ...NOTES, ...before } },
      { 'POST /notes': { ...NOTES, ...after } },
    );
    expect(words).toMatch(/^POST \/notes: /);
  });

  it.each<Partial<RouteAccess>>([
    { permissions: ['notes:write', 'notes:own'] },
    { guards: ['TeamGuard', 'HoursGuard'] },
    { handler: 'NotesController.create' },
  ])('is not called so with %j', (change) => {
    const [words] = describeAccessChanges(
      { 'POST /notes': NOTES },
      { 'POST /notes': { ...NOTES, ...change } },
    );
    expect(words).toMatch(/^POST \/notes: /);
  });

  it('begins with what is more permissive', () => {
    const former = { 'GET /a': NOTES, 'GET /b': NOTES, 'GET /c': NOTES };
    const now = { 'GET /a': { ...NOTES, handler: 'A.a' }, 'GET /b': { ...NOTES, permissions: [] } };
    expect(describeAccessChanges(former, now).map((change) => change.slice(0, 22))).toEqual([
      'more permissive: GET /',
      'GET /a: handler was No',
      'GET /c is gone',
    ]);
  });
});
