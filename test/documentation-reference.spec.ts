import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindsOf, readSource, type SourceClass } from '../scripts/read-source';
import { draftPages } from '../scripts/reference';

const PROJECT = join(__dirname, '..');
const source = readSource();
const errors = kindsOf(source, 'DomainError');
const events = kindsOf(source, 'SecurityEvent');

describe('what the code says of itself', () => {
  it('is found', () => {
    expect(errors.length).toBeGreaterThan(20);
    expect(events.length).toBeGreaterThan(30);
    expect(source.permissions.size).toBeGreaterThan(6);
    expect(source.policies.length).toBeGreaterThan(10);
  });

  it.each([...errors, ...events, ...source.policies].map(({ name, meaning }) => [name, meaning]))(
    '%s has a comment that tells what it means',
    (_, meaning) => {
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    },
  );

  it.each([
    ['code', errors.map(({ code }) => code)],
    ['type', events.map(({ type }) => type)],
  ])('has each %s once, in kebab-case', (_, words) => {
    const own = words.filter((word) => word !== undefined);
    expect(own).toEqual([...new Set(own)]);
    for (const word of own) expect(word).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  // A listener of a module imports it from there.
  it.each(events.map((event): [string, SourceClass] => [event.name, event]))(
    '%s is to be had from the index of its folder',
    (name, { folder }) => {
      const index = join(PROJECT, 'src', folder, 'index.ts');
      expect(existsSync(index) ? readFileSync(index, 'utf8') : '').toMatch(new RegExp(`\\b${name}\\b`));
    },
  );
});

/** Without what the formatter adds, which prettier checks itself. */
const unformatted = (text: string) => text.replace(/\| *-+ */g, '|-').replace(/\s+/g, ' ');

describe('a page that is made of the code', () => {
  it('is the one that the code makes (npm run regenerate)', () => {
    const pages = draftPages();
    expect(Object.keys(pages)).toEqual([
      'docs/errors.md',
      'docs/events.md',
      'docs/permissions.md',
      'docs/operations.md',
    ]);
    for (const [path, draft] of Object.entries(pages)) {
      const written = readFileSync(join(PROJECT, path), 'utf8');
      expect([path, unformatted(written)]).toEqual([path, unformatted(draft)]);
    }
  });
});
