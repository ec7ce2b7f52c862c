/** A date in the words of a language, such as `30 November 2026 at 21:38`. */
export function dateIn(language: string, instant: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}
