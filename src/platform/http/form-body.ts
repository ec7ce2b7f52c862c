import { MalformedRequest } from './request-errors';

const NAME_LENGTH = 100;

/**
 * Parses `application/x-www-form-urlencoded` in UTF-8. Names are taken literally: `a[b]` is no object and `a[]` is no list.
 *
 * @param most how many fields a form may have
 * @throws MalformedRequest where the text is no such form, or a field is sent twice or could change a prototype
 */
export function parseForm(text: string, most: number): Record<string, string> {
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > most) throw new MalformedRequest(`The form has more than ${most} fields.`);
  return fieldsOf(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
    }),
  );
}

/**
 * The fields of a form as an object.
 * @throws MalformedRequest where a field has no name, is sent twice or could change a prototype
 */
export function fieldsOf<Value>(fields: readonly (readonly [string, Value])[]): Record<string, Value> {
  const known = new Map<string, Value>();
  for (const [name, value] of fields) {
    if (name === '') throw new MalformedRequest('A field of the form has no name.');
    if (name === '__proto__') throw new MalformedRequest('A field of the form is named __proto__.');
    if (known.has(name))
      throw new MalformedRequest(
        `The form has the field ${JSON.stringify(name.slice(0, NAME_LENGTH))} more than once. Send a list as JSON.`,
      );
    known.set(name, value);
  }
  return Object.fromEntries(known);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new MalformedRequest('The form is not percent-encoded UTF-8.');
  }
}
