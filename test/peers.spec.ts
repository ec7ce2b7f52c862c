import { readPages, tablesOf } from './support/pages';

const pages = readPages();

const README = 'README.md';
const PEERS = 'docs/peers.md';

const textOf = (path: string) => pages.find((page) => page.path === path)?.text ?? '';

/** The rows of the comparison in a page: what is compared, and the cell of Gatehouse. */
function rowsOf(path: string): [string, string][] {
  const tables = pages.filter((page) => page.path === path).flatMap(tablesOf);
  const rows = tables.filter(([titles]) => titles?.[1] === 'Gatehouse').flatMap((table) => table.slice(1));
  return rows.map(([what = '', gatehouse = '']) => [what, gatehouse]);
}

describe('the comparison with others', () => {
  it('has rows of docs/peers.md in the README', () => {
    const all = rowsOf(PEERS).map(([what]) => what);
    const inShort = rowsOf(README).map(([what]) => what);
    expect(all.length).toBeGreaterThan(20);
    expect(inShort.length).toBeGreaterThan(3);
    expect(all.filter((what) => inShort.includes(what))).toEqual(inShort);
  });

  it('names in the README whatever Gatehouse does not have', () => {
    const missing = rowsOf(PEERS).filter(([, gatehouse]) => gatehouse.startsWith('**no**'));
    expect(missing.length).toBeGreaterThanOrEqual(5);
    const [, sentence = ''] = /Gatehouse has no ([^.]*)\./.exec(textOf(README).replace(/\s+/g, ' ')) ?? [];
    const words = missing.flatMap(([what]) => what.split(/[,:] /)[0] ?? []);
    for (const word of words) expect(sentence).toContain(word);
  });

  it('names a source for whatever it cites, and cites every source', () => {
    const text = textOf(PEERS);
    const named = [...text.matchAll(/^\[\^([\w-]+)\]: .*https:/gm)].map(([, name = '']) => name);
    const cited = [...text.matchAll(/\[\^([\w-]+)\](?!:)/g)].map(([, name = '']) => name);
    expect(new Set(cited)).toEqual(new Set(named));
    expect(named).toHaveLength(new Set(named).size);
  });
});
