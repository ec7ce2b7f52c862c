import { namesOf } from '../scripts/new-module';

describe('the name of a new module', () => {
  it.each([
    ['invoices', 'invoice'],
    ['order-items', 'order-item'],
    ['categories', 'category'],
    ['boxes', 'box'],
    ['addresses', 'address'],
    ['branches', 'branch'],
    ['staff', 'staff-entry'],
    ['v2-reports', 'v2-report'],
  ])('%s is of things that are each called %s', (plural, singular) => {
    expect(namesOf(plural)).toEqual({ plural, singular });
  });

  it.each([
    [undefined, /Name the module in small letters/],
    ['', /Name the module in small letters/],
    ['../invoices', /Name the module in small letters/],
    ['Invoices', /Name the module in small letters/],
    ['a b', /Name the module in small letters/],
    ['2-invoices', /Name the module in small letters/],
    ['-invoices', /Name the module in small letters/],
    ['invoices-', /Name the module in small letters/],
    ['$(touch hacked)', /Name the module in small letters/],
    ['tables', /means something to TypeScript or SQL/],
    ['classes', /means something to TypeScript or SQL/],
    ['news', /means something to TypeScript or SQL/],
    ['users', /means something to TypeScript or SQL/],
  ])('is not %j', (name, message) => {
    expect(() => namesOf(name)).toThrow(message);
  });
});
