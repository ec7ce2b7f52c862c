/**
 * Returns the request target without the path of PUBLIC_URL.
 * @param target of a request, including the query
 * @param path of PUBLIC_URL, without a trailing slash; empty: the target is returned unchanged
 */
export function withoutBase(target: string, path: string): string {
  if (path === '') return target;
  const [pathname = '', ...query] = target.split('?');
  const rest = ['', ...query].join('?');
  if (pathname === path || pathname.startsWith(`${path}/`))
    return (pathname.slice(path.length) || '/') + rest;
  // The metadata of an issuer with a path is at /.well-known/<name><path> (RFC 8414 section 3.1).
  if (pathname.startsWith('/.well-known/') && pathname.endsWith(path))
    return pathname.slice(0, -path.length) + rest;
  return target;
}
