import { namesOf } from '../scripts/module-names';
import { withModule } from '../scripts/new-module';

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
    [undefined, /Name the module in lower-case letters/],
    ['', /Name the module in lower-case letters/],
    ['../invoices', /Name the module in lower-case letters/],
    ['Invoices', /Name the module in lower-case letters/],
    ['a b', /Name the module in lower-case letters/],
    ['2-invoices', /Name the module in lower-case letters/],
    ['-invoices', /Name the module in lower-case letters/],
    ['invoices-', /Name the module in lower-case letters/],
    ['$(touch hacked)', /Name the module in lower-case letters/],
    ['tables', /is a reserved word of TypeScript or SQL, or/],
    ['classes', /is a reserved word of TypeScript or SQL, or/],
    ['news', /is a reserved word of TypeScript or SQL, or/],
    ['plain-texts', /is a reserved word of TypeScript or SQL, or/],
    ['bodies', /is a reserved word of TypeScript or SQL, or/],
    ['dates', /is a reserved word of TypeScript or SQL, or/],
    ['users', /is a reserved word of TypeScript or SQL, or/],
  ])('is not %j', (name, message) => {
    expect(() => namesOf(name)).toThrow(message);
  });
});

describe('the list of a team’s modules', () => {
  const head = "import { Module } from '@nestjs/common';\nimport { CoreModule } from './core.module';\n";
  const added = "import { InvoicesModule } from './invoices';\n";

  it.each([
    ['CoreModule', 'CoreModule, InvoicesModule'],
    [
      "CoreModule, TenantsModule.of(['a', 'b']), X",
      "CoreModule, TenantsModule.of(['a', 'b']), X, InvoicesModule",
    ],
    ['CoreModule, // ours [core]\n', 'CoreModule, InvoicesModule, // ours [core]\n'],
    ['', 'InvoicesModule'],
  ])('[%s] becomes [%s]', (before, after) => {
    const text = (list: string) => `\n@Module({ imports: [${list}] })\nexport class AppModule {}\n`;
    expect(withModule(head + text(before), { plural: 'invoices' })).toBe(head + added + text(after));
  });

  it.each([
    'export class AppModule {}',
    '@Module({ imports: list })\nclass AppModule {}',
    'const imports = [];',
  ])('is not made up where there is none: %s', (text) => {
    expect(() => withModule(head + text, { plural: 'invoices' })).toThrow(/has no @Module/);
  });
});
