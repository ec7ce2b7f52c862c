import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Page, readPages } from './support/pages';

const pages = readPages();
const withoutCode = (text: string) => text.replace(/^```[^]*?^```/gm, '');

/** The addresses of links that stay within the project; code may look like one. */
function linksOf({ text }: Page): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, address = '']) => address)
    .filter((address) => !/^[a-z]+:/.test(address));
}

/** The anchors that its headings get on the web. */
function anchorsOf({ text }: Page): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function isBroken(from: Page, link: string): boolean {
  const [address = '', anchor] = link.split('#');
  const path = address === '' ? from.path : normalize(join(dirname(from.path), address));
  if (!existsSync(join(__dirname, '..', path))) return true;
  if (anchor === undefined) return false;
  const page = pages.find((one) => one.path === path);
  return !page || !anchorsOf(page).includes(anchor);
}

describe('a page', () => {
  it.each(pages)('$path leads to files and headings that are there', (page) => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });
});
