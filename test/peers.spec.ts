import { readPages, tablesOf } from './support/pages';

const pages = readPages();

const rowsOf = (path: string) =>
  pages
    .filter((page) => page.path === path)
    .flatMap(tablesOf)
    .filter(([titles]) => titles?.[1] === 'Gatehouse')
    .flat()
    .map(([what]) => what);

describe('the comparison with others', () => {
  it('is the same, row by row, in short in the README and with sources in docs/peers.md', () => {
    expect(rowsOf('README.md').length).toBeGreaterThan(20);
    expect(rowsOf('README.md')).toEqual(rowsOf('docs/peers.md'));
  });

  it('names a source for whatever it cites, and cites every source', () => {
    const { text = '' } = pages.find(({ path }) => path === 'docs/peers.md') ?? {};
    const named = [...text.matchAll(/^\[\^([\w-]+)\]: .*https:/gm)].map(([, name = '']) => name);
    const cited = [...text.matchAll(/\[\^([\w-]+)\](?!:)/g)].map(([, name = '']) => name);
    expect(new Set(cited)).toEqual(new Set(named));
    expect(named).toHaveLength(new Set(named).size);
  });
});
