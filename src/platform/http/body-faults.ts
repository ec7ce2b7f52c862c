import {
  type BodyDeclarations,
  FORM_TYPE,
  isParsedType,
  MULTIPART_TYPE,
  type MultipartOptions,
} from './body-policy';

const BODYLESS = new Set(['GET', 'HEAD', 'OPTIONS']);
const MEDIA_TYPE = /^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/;

/**
 * What no request could meet, a sentence each that continues the name of the handler.
 * @param method of the route
 */
export function bodyFaultsOf(declared: BodyDeclarations, method: string): string[] {
  const { limits, types, multipart, raw, files, file } = declared;
  const decorators = [
    ...(limits ? ['@BodyLimit()'] : []),
    ...(types ? ['@Consumes()'] : []),
    ...(multipart ? ['@Multipart()'] : []),
    ...(raw ? ['@RawBody()'] : []),
    ...(file ? ['@UploadedFile()'] : []),
    ...(files ? ['@UploadedFiles()'] : []),
  ];
  if (BODYLESS.has(method))
    return decorators.map((each) => `has ${each}, and a ${method} request has no body.\n  → remove it`);
  if (multipart) return multipartFaultsOf(multipart, declared);
  return [
    ...(file || files
      ? [`takes a file and has no @Multipart().\n  → @Multipart({ files: …, fileBytes: … })`]
      : []),
    ...wrongNumbers('@BodyLimit()', { ...limits }),
    ...(types ? typeFaultsOf(types, declared) : []),
  ];
}

function multipartFaultsOf(multipart: MultipartOptions, declared: BodyDeclarations): string[] {
  const { limits, types, raw, file, files } = declared;
  const { files: fields, ...numbers } = multipart;
  const contradictions = [
    ...(limits ? ['@BodyLimit()'] : []),
    ...(types ? ['@Consumes()'] : []),
    ...(raw ? ['@RawBody()'] : []),
  ];
  const counts = Object.fromEntries(
    Object.entries(fields).flatMap(([name, { max }]) => (max === undefined ? [] : [[`max of ${name}`, max]])),
  );
  return [
    ...contradictions.map(
      (each) =>
        `has @Multipart() and ${each}, which is for bodies that are read as a whole.\n  → remove one of the two`,
    ),
    ...(file
      ? [
          'has @UploadedFile(), and files are read one after another.\n  → @UploadedFiles() files: AsyncIterable<FileUpload>',
        ]
      : []),
    ...(Object.keys(fields).length === 0
      ? [`has @Multipart() without a file.\n  → @Consumes('${FORM_TYPE}') for a form without files`]
      : []),
    ...(files || file
      ? []
      : ['has @Multipart() and reads no file.\n  → @UploadedFiles() files: AsyncIterable<FileUpload>']),
    ...wrongNumbers('@Multipart()', numbers),
    ...wrongNumbers('@Multipart()', counts),
  ];
}

function typeFaultsOf(types: readonly string[], { raw, parsed }: BodyDeclarations): string[] {
  const unparsed = types.filter((type) => !isParsedType(type));
  return [
    ...(types.length === 0 ? ['has @Consumes() without a media type.\n  → name one, or remove it'] : []),
    ...types
      .filter((type) => !MEDIA_TYPE.test(type))
      .map(
        (type) =>
          `has @Consumes('${type}'), which is no media type.\n  → name one as type/subtype, without parameters`,
      ),
    ...(types.includes(MULTIPART_TYPE)
      ? [`has @Consumes('${MULTIPART_TYPE}').\n  → @Multipart({ files: …, fileBytes: … })`]
      : []),
    ...(unparsed.length > 0 && !raw
      ? [
          `takes ${unparsed.join(', ')}, which is not parsed, and has no @RawBody().\n  → @RawBody() bytes: Buffer`,
        ]
      : []),
    ...(parsed && !types.some(isParsedType)
      ? [
          `has @Body() and takes ${types.join(', ')} only, which is not parsed.\n  → @RawBody() bytes: Buffer alone`,
        ]
      : []),
  ];
}

function wrongNumbers(decorator: string, numbers: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(numbers)
    .filter(([, value]) => value !== undefined && !(Number.isSafeInteger(value) && (value as number) > 0))
    .map(([name, value]) => `has ${decorator} with ${name} ${String(value)}.\n  → a whole number from 1`);
}
