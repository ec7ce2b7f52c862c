import type { Readable } from 'node:stream';
import type { MultipartFile } from '@fastify/multipart';
import { isPlainText } from './plain-text';
import { MalformedRequest } from './request-errors';

/** A file of a form, as it arrives. */
export interface FileUpload {
  /** The name of its field. */
  readonly field: string;
  /** As the client states it, without a path; printable text of at most 255 characters. Never a path of this server. */
  readonly name: string | undefined;
  /** As the client states it. */
  readonly mediaType: string;
  /**
   * The content, to be read before the next file. It fails with a `DomainError` where the file is too large, the form is
   * malformed or the client gives up. What is not read is discarded.
   */
  readonly stream: Readable;
}

const NAME_LENGTH = 255;

/** @throws MalformedRequest where the name of the file is not printable */
export function toFileUpload(part: MultipartFile): FileUpload {
  return { field: part.fieldname, name: nameOf(part), mediaType: part.mimetype, stream: part.file };
}

function nameOf({ filename }: MultipartFile): string | undefined {
  const name = filename as string | undefined;
  if (name === undefined || isPlainText(name, { maxLength: NAME_LENGTH })) return name;
  throw new MalformedRequest(`The name of a file is no printable text of at most ${NAME_LENGTH} characters.`);
}
