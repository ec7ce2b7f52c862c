import { LOOKALIKES, NO_COOKIES, SEPARATORS, TWICE, WORTHLESS } from '../../test/support/hostile-cookies';
import { MalformedRequest } from '../platform/http';
import { ACCESS_COOKIE, cookieOf } from './cookies';

const VALUE = 'eyJ.a-b_c.d';
const read = (cookie: string) => cookieOf({ headers: { cookie } }, ACCESS_COOKIE);

describe('a cookie', () => {
  it('is not there without a cookie header', () => {
    expect(cookieOf({ headers: {} }, ACCESS_COOKIE)).toBeUndefined();
  });

  it.each(NO_COOKIES)('is not there in a header with %s', (_, cookie) => {
    expect(read(cookie)).toBeUndefined();
  });

  it.each(WORTHLESS)('has the value that was sent, be it %s', (_, value) => {
    expect(read(`${ACCESS_COOKIE}=${value}`)).toBe(value);
  });

  it.each(SEPARATORS)('is found where %j separates it from others', (between) => {
    expect(read(['a=b', `${ACCESS_COOKIE}=${VALUE}`, 'c=d'].join(between))).toBe(VALUE);
  });

  it.each([0, 500, 1_000])('is found among a thousand others, at %i', (at) => {
    const others = Array.from({ length: 1_000 }, (_, index) => `c${index}=v`);
    expect(read(others.toSpliced(at, 0, `${ACCESS_COOKIE}=${VALUE}`).join('; '))).toBe(VALUE);
  });

  it.each(LOOKALIKES)('is not one named %j, alone or beside it', (name) => {
    expect(read(`a=b; ${name}=planted; c=d`)).toBeUndefined();
    expect(read(`${name}=planted; ${ACCESS_COOKIE}=${VALUE}`)).toBe(VALUE);
    expect(read(`${ACCESS_COOKIE}=${VALUE}; ${name}=planted`)).toBe(VALUE);
  });

  it.each(TWICE)('that was sent twice is refused: %s', (_, spell) => {
    const [first, second] = spell(VALUE);
    expect(() => read(`a=b; ${ACCESS_COOKIE}=${first}; ${ACCESS_COOKIE}=${second}`)).toThrow(
      MalformedRequest,
    );
  });
});
