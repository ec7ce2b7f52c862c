import { printable, UsageError } from '../commands';
import type { RenderedMail } from './mail-content';
import type { MailRenderer } from './mail-renderer';
import { canonicalTag, type MailType } from './mail-type';
import type { MailSettings } from './mail.settings';

/** Fixed, so that two previews of the same mail are the same. */
const AT = new Date('2026-01-31T12:00:00Z');
/** Of the addresses for documentation (RFC 5737). */
const IP_ADDRESS = '203.0.113.7';

export interface MailPreview extends RenderedMail {
  readonly kind: string;
}

/** Mails with the sample facts of their types, and a link that opens nothing. */
export class MailPreviews {
  constructor(
    private readonly renderer: MailRenderer,
    private readonly settings: MailSettings,
  ) {}

  /** Every mail in each of the languages that it has a text in. */
  all(): MailPreview[] {
    return this.renderer.types.flatMap((type) =>
      this.renderer.languagesOf(type).map((language) => this.render(type, language)),
    );
  }

  /** @throws UsageError where there is no such mail type, or where it has no text in the language; it lists what exists */
  one(kind: string | undefined, language: string): MailPreview {
    const { types } = this.renderer;
    const type = types.find((each) => each.kind === kind);
    if (!type)
      throw unknown(
        kind === undefined ? 'No mail is named.' : `There is no mail "${kind}".`,
        '--kind',
        types.map((each) => each.kind),
      );
    const languages = this.renderer.languagesOf(type);
    const tag = languages.find((each) => each === canonical(language));
    if (tag === undefined)
      throw unknown(`The mail "${type.kind}" has no text in "${language}".`, '--language', languages);
    return this.render(type, tag);
  }

  private render(type: MailType, language: string): MailPreview {
    const { action } = this.renderer.textIn(type, language);
    const link = action === undefined ? undefined : { url: this.settings.linkWith('preview'), until: AT };
    const event = { at: AT, ipAddress: IP_ADDRESS };
    return { kind: type.kind, ...this.renderer.render(type, { language, link, event, facts: type.sample }) };
  }
}

function unknown(problem: string, option: string, existing: readonly string[]): UsageError {
  return new UsageError(
    `${printable(problem)}\n  → use ${option} with one of: ${existing.toSorted().join(', ')}`,
  );
}

function canonical(language: string): string | undefined {
  try {
    return canonicalTag(language);
  } catch {
    return undefined;
  }
}
