import { bearerTokenOf } from './credentials';

const tokenIn = (authorization?: string) => bearerTokenOf({ headers: { authorization } });

describe('the bearer token of a request', () => {
  it.each([
    ['Bearer abc.def.ghi', 'abc.def.ghi'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer   abc', 'abc'],
    ['Bearer abc  ', 'abc'],
    ['Bearer abc==', 'abc=='],
  ])('stands behind the scheme, in whatever case that is: %j', (header, token) => {
    expect(tokenIn(header)).toBe(token);
  });

  it.each([
    ['Bearer', ''],
    ['Bearer ', ''],
    ['Bearer abc def', 'abc def'],
    ['Bearer Bearer abc', 'Bearer abc'],
    ['Bearer abc, Basic YWRhOng=', 'abc, Basic YWRhOng='],
  ])('is whatever nonsense stands there, to be refused as a token: %j', (header, token) => {
    expect(tokenIn(header)).toBe(token);
  });

  it.each([
    [undefined],
    [''],
    [' '],
    ['abc.def.ghi'],
    ['Basic YWRhOng='],
    ['DPoP abc'],
    ['Bearerabc'],
    ['Bearer\tabc'],
    ['Bearer=abc'],
    ['Token Bearer abc'],
    [' Bearer abc'],
  ])('is absent with another header: %j', (header) => {
    expect(tokenIn(header)).toBeUndefined();
  });

  it('is read from no other header', () => {
    const headers = { 'proxy-authorization': 'Bearer abc', cookie: 'Bearer=abc', 'x-access-token': 'abc' };
    expect(bearerTokenOf({ headers })).toBeUndefined();
  });
});
