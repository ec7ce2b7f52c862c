import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import Negotiator from 'negotiator';
import { HttpSettings } from '../../platform/http';
import { AccountPagesSettings } from './account-pages.settings';
import {
  type Asset,
  assetOf,
  findPages,
  type PagesManifest,
  readAsset,
  readAssets,
  readManifest,
} from './built-pages';

/** What a request says of the languages that its user reads. */
export interface LanguageChoice {
  /** `Accept-Language` (RFC 9110 section 12.5.4). */
  readonly accepted?: string | undefined;
  /** `Cookie`, which has the choice that the user made on a page. */
  readonly cookies?: string | undefined;
}

interface LoadedPages {
  readonly manifest: PagesManifest;
  readonly assets: ReadonlyMap<string, Asset>;
  /** The one document of all pages, by language. */
  readonly documents: ReadonlyMap<string, Asset>;
}

/** The account pages as they are built, with the name and the logo of the installation. */
@Injectable()
export class AccountPages {
  private loaded: LoadedPages | undefined;

  constructor(
    private readonly settings: AccountPagesSettings,
    private readonly http: HttpSettings,
  ) {}

  /** Returns the document of a page; undefined where there is no such page. */
  findDocument(path: string, choice: LanguageChoice): Asset | undefined {
    const pages = this.pages();
    if (!pages?.manifest.paths.includes(path)) return undefined;
    return pages.documents.get(chooseLanguage(choice, [...pages.documents.keys()]));
  }

  findAsset(name: string): Asset | undefined {
    return this.pages()?.assets.get(name);
  }

  /** Reads them at the first request. */
  private pages(): LoadedPages | undefined {
    if (!this.settings.enabled) return undefined;
    const folder = this.loaded ? undefined : findPages();
    if (folder !== undefined) this.loaded = this.load(folder);
    return this.loaded;
  }

  private load(folder: string): LoadedPages {
    const manifest = readManifest(folder);
    const assets = readAssets(folder);
    const logo = this.addLogo(assets);
    const template = readFileSync(join(folder, 'index.html'), 'utf8');
    const documents = Object.entries(manifest.languages).map(([language, strings]) => {
      const html = this.fill(template, { manifest, language, strings, logo });
      return [language, assetOf(html, 'text/html; charset=utf-8')] as const;
    });
    return { manifest, assets, documents: new Map(documents) };
  }

  /** @returns its name among the assets */
  private addLogo(assets: Map<string, Asset>): string | undefined {
    const { logo } = this.settings;
    if (logo === undefined) return undefined;
    const asset = readAsset(logo);
    const hash = createHash('sha256').update(asset.bytes).digest('hex').slice(0, 8);
    const name = `logo-${hash}${extname(logo)}`;
    assets.set(name, { ...asset, compressed: new Map() });
    return name;
  }

  private fill(
    template: string,
    {
      manifest,
      language,
      strings,
      logo,
    }: { manifest: PagesManifest; language: string; strings: string; logo?: string | undefined },
  ): string {
    const assets = `${this.http.publicPath}/account/assets`;
    const preloads = [...manifest.preloads, strings].map(
      (name) => `<link rel="modulepreload" href="${assets}/${name}" />`,
    );
    const values: Readonly<Record<string, string>> = {
      language,
      base: this.http.publicPath,
      name: escapeHtml(this.http.appName),
      logo: logo === undefined ? '' : `${assets}/${logo}`,
      icon: `${assets}/${manifest.icon}`,
      style: `${assets}/${manifest.style}`,
      script: `${assets}/${manifest.script}`,
      preloads: preloads.join('\n    '),
    };
    return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
  }
}

/** @param languages that there are; English is the fallback */
function chooseLanguage({ accepted, cookies }: LanguageChoice, languages: readonly string[]): string {
  const [, chosen = ''] = /(?:^|;)\s*account-language=([a-z]+)/.exec(cookies ?? '') ?? [];
  if (languages.includes(chosen)) return chosen;
  const sorted = languages.toSorted((one, other) => Number(other === 'en') - Number(one === 'en'));
  const negotiator = new Negotiator({ headers: { 'accept-language': accepted ?? '*' } });
  return negotiator.language(sorted) ?? 'en';
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
