import { isLanguage, type Language, LANGUAGES, type Messages } from './messages/index.ts';
import { SITE } from './site.ts';

export interface Texts {
  readonly language: Language;
  readonly messages: Messages;
}

/** The server chose the language of the page by the choice of an earlier visit, else by Accept-Language. */
export function chosenLanguage(): Language {
  const { lang } = document.documentElement;
  return isLanguage(lang) ? lang : 'en';
}

export async function loadTexts(language: Language): Promise<Texts> {
  const { messages } = await LANGUAGES[language].load();
  return { language, messages };
}

/** Stores the choice for a year, for the next page from the server. */
export function rememberLanguage(language: Language): void {
  document.documentElement.lang = language;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `account-language=${language}; Path=${SITE.base}/account; Max-Age=31536000; SameSite=Lax${secure}`;
}
