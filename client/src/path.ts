import { defaultPathSerializer } from 'openapi-fetch';

// A URL parser removes "." and the segment before "..", in any spelling of the dots (WHATWG URL, double-dot path segment).
const DOT_SEGMENT = /(?:^|[/\\])(?:\.|%2e){1,2}(?=[/\\]|$)/i;

/**
 * Fills in the parameters of a path template. The result is a path of this route and of no other.
 *
 * @throws TypeError where a parameter is missing, empty, `.` or `..`
 */
export function expandPath(template: string, parameters: Readonly<Record<string, unknown>>): string {
  const path = defaultPathSerializer(template, parameters);
  const [places, segments] = [template.split('/'), path.split('/')];
  const isAnother = segments.some(
    (segment, at) => places[at]?.includes('{') && (/[{}?#]/.test(segment) || /^\.{0,2}$/.test(segment)),
  );
  if (isAnother || segments.length !== places.length)
    throw new TypeError(
      `A parameter of ${template} is missing, empty, "." or "..", so the path would lead to another route.`,
    );
  return path;
}

/** @throws TypeError where an address has a segment `.` or `..`, which an unchecked parameter can insert */
export function refuseDotSegments(address: string): void {
  // A URL parser removes these characters. A query and a fragment do not change the path.
  const [path = ''] = address.replaceAll(/[\t\n\r]/g, '').split(/[?#]/, 1);
  if (DOT_SEGMENT.test(path.trim()))
    throw new TypeError(
      `The address ${JSON.stringify(address)} has a segment "." or "..", which leads to another path.`,
    );
}
