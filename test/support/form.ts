export const BOUNDARY = 'x-boundary-x';
export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

/** The headers of a part, a line each, and its content. */
export type Part = readonly [headers: string, content: string | Buffer];

export const field = (name: string, value: string): Part => [
  `content-disposition: form-data; name="${name}"`,
  value,
];
export const file = (name: string, content: string | Buffer, filename = 'a.png'): Part => [
  `content-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: image/png`,
  content,
];

/** The body of a form. */
export function form(...parts: readonly Part[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(([headers, content]) => [
      Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}
