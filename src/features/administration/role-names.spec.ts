import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { fittingRoles, RoleNames } from './role-names';

class Body {
  @RoleNames({ description: '' })
  readonly roles?: string[];
}

const named = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `r${index}`.padEnd(length, 'x'));
const isAccepted = (roles: string[]) => validateSync(plainToInstance(Body, { roles })).length === 0;

describe('the roles of a user, which every access token names', () => {
  it.each([
    [20, 20, true],
    [9, 63, true],
    [10, 63, false],
    [21, 5, false],
  ])('%i of %i letters: %s', (count, length, accepted) => {
    expect(isAccepted(named(count, length))).toBe(accepted);
  });

  it('are the first that fit where more come together', () => {
    expect(fittingRoles([...named(21, 5), 'r0xxx'])).toEqual(named(20, 5));
    expect(fittingRoles(named(10, 63))).toEqual(named(9, 63));
  });
});
