import type { Messages } from './en.ts';

export type { Messages } from './en.ts';

/** The languages by their code, each loaded when it is needed. A new one is a file beside this one and a line here. */
export const LANGUAGES = {
  en: { name: 'English', load: async () => import('./en.ts') },
  de: { name: 'Deutsch', load: async () => import('./de.ts') },
} satisfies Record<string, { name: string; load: () => Promise<{ messages: Messages }> }>;

export type Language = keyof typeof LANGUAGES;

export function isLanguage(code: string): code is Language {
  return Object.hasOwn(LANGUAGES, code);
}
