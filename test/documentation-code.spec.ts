import { codeBlocks, linesWritten, quoted, unbroken } from './support/code-blocks';
import { readPages, tablesOf } from './support/pages';

describe('code in a page', () => {
  const blocks = codeBlocks();

  it('is found', () => {
    expect([...new Set(blocks.map(({ page }) => page))].toSorted()).toEqual([
      'docs/add-a-module.md',
      'docs/clients.md',
      'docs/extending.md',
      'docs/testing.md',
    ]);
  });

  it.each(blocks)('$page has what is in $file', ({ file, code }) => {
    expect(unbroken(quoted(file))).toContain(unbroken(code));
  });

  it('that adds a module is all of it, and its lines are counted', () => {
    const page = readPages().find(({ path }) => path === 'docs/add-a-module.md');
    const shown = blocks.filter((block) => block.page === page?.path);
    for (const { file, code } of shown) expect(unbroken(code)).toBe(unbroken(quoted(file)));
    const [, ...rows] = (page ? tablesOf(page) : []).find(([titles]) => titles?.[0] === 'file') ?? [];
    const counted = rows.map(([file, lines]) => [file, lines]);
    expect(counted).toEqual(shown.map(({ file }) => [`\`${file}\``, String(linesWritten(file))]));
  });
});
