import { Unavailable } from './domain-error';
import { reasonOf } from './reason';

describe('why something failed', () => {
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:5432');
  const circle = new Error('in a circle');
  circle.cause = circle;

  it.each([
    ['an error', refused, 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['an error whose words are for a client', new Unavailable(1, { cause: refused }), refused.message],
    [
      'a cause that was told already',
      new Error(`gone: ${refused.message}`, { cause: refused }),
      `gone: ${refused.message}`,
    ],
    ['a cause that says more', new Error('gone', { cause: refused }), `gone\n  because: ${refused.message}`],
    ['an error for a client without a cause', new Unavailable(), new Unavailable().message],
    ['several addresses', new AggregateError([refused, new Error('other')]), `${refused.message}; other`],
    ['an error without words', new TypeError(), 'TypeError'],
    ['an error that is its own cause', circle, 'in a circle'],
    ['a string', 'nothing', 'nothing'],
  ])('is told of %s', (_, error, words) => {
    expect(reasonOf(error)).toBe(words);
  });
});
