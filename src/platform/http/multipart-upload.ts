import type { Readable } from 'node:stream';
import type { Multipart, MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError, ValidationFailed, type Violation } from '../errors';
import { isTooComplex, tooComplex } from './body-parsers';
import { DEFAULT_BODY, fileCountOf, type MultipartRules } from './body-policy';
import { type FileUpload, toFileUpload } from './file-upload';
import { fieldsOf } from './form-body';
import { MalformedRequest, PayloadTooLarge, RequestTimeout, sizeInWords } from './request-errors';

const TOO_MANY = 'The form has more files, fields or parts than the route accepts.';
const UNREAD = 'The file was not read before the handler returned.';
const CUT_SHORT = 'The form ends early, or its parts are malformed.';

/** Reads one form: first its text fields, then its files, one after another. No file is kept. */
export class MultipartUpload {
  private readonly parts: AsyncIterator<Multipart> | undefined;
  private readonly deadline: NodeJS.Timeout;
  private readonly failed: Promise<never>;
  private reject: (error: DomainError) => void = () => undefined;
  private first: MultipartFile | undefined;
  private current: Readable | undefined;
  private failure: DomainError | undefined;

  /** @param bytes the limit of the whole body */
  constructor(
    private readonly request: FastifyRequest,
    private readonly rules: MultipartRules,
    bytes: number,
  ) {
    this.failed = new Promise<never>((_, reject) => (this.reject = reject));
    this.failed.catch(() => undefined);
    this.deadline = setTimeout(() => this.expire(), rules.seconds * 1_000).unref();
    // An empty body has no type.
    if (!request.headers['content-type']) return;
    const files = fileCountOf(rules);
    const { fileBytes: fileSize, fieldBytes: fieldSize, fields } = rules;
    const limits = {
      files,
      fileSize,
      fields,
      fieldSize,
      parts: files + fields,
      headerPairs: 16,
      headerSize: 8_192,
    };
    this.parts = request.parts({ limits })[Symbol.asyncIterator]();
    this.countBytes(bytes);
  }

  /** Whether the text fields were followed by a file. */
  get hasFile(): boolean {
    return this.first !== undefined;
  }

  /**
   * The text fields. They come before the files, so that they can be validated first.
   * @throws DomainError where one is sent twice, or all of them are larger than the limit
   */
  async readFields(): Promise<Record<string, unknown>> {
    const fields: (readonly [string, unknown])[] = [];
    let bytes = 0;
    for (let part = await this.next(); part; part = await this.next()) {
      if (part.type === 'file') {
        this.first = part;
        break;
      }
      // A part may be JSON.
      if (isTooComplex(part.value, DEFAULT_BODY.values)) throw tooComplex(DEFAULT_BODY.values);
      bytes += sizeOf(part);
      if (part.valueTruncated || bytes > this.rules.fieldBytes)
        throw new PayloadTooLarge(`The text fields are larger than ${sizeInWords(this.rules.fieldBytes)}.`);
      fields.push([part.fieldname ?? '', part.value]);
    }
    return fieldsOf(fields);
  }

  /**
   * The files, each when it arrives.
   * @throws DomainError where the form breaks a rule
   */
  async *readFiles(): AsyncGenerator<FileUpload> {
    const counts = new Map<string, number>();
    for (let part = this.first ?? (await this.next()); part; part = await this.next()) {
      if (part.type !== 'file') throw new MalformedRequest('A text field of the form comes after a file.');
      // A browser sends an empty file without a name for a field where no file was chosen.
      if (part.filename === '') continue;
      const count = (counts.get(part.fieldname) ?? 0) + 1;
      counts.set(part.fieldname, count);
      this.admit(part, count);
      yield toFileUpload(part);
    }
    const missing = Object.entries(this.rules.files)
      .filter(([name, { required }]) => required && !counts.has(name))
      .map(([name]) => violation(name, 'required', 'Required.'));
    if (missing.length > 0) throw new ValidationFailed(missing);
  }

  /**
   * Ends the reading, after the handler has returned or thrown.
   * @throws DomainError where the form was refused, even if the handler did not notice
   */
  end(): void {
    clearTimeout(this.deadline);
    this.request.raw.unpipe();
    // Without it, code that still reads the file would wait for ever.
    if (this.current?.readableEnded === false) this.current.destroy(new Error(UNREAD));
    if (this.failure) throw this.failure;
  }

  private async next(): Promise<Multipart | undefined> {
    this.current?.resume();
    if (!this.parts) return undefined;
    try {
      const { done, value } = await Promise.race([this.parts.next(), this.failed]);
      if (this.failure) throw this.failure;
      if (done) return undefined;
      if (value.type === 'file') this.watch(value);
      return value;
    } catch (error) {
      throw (this.failure ??= refusalOf(error));
    }
  }

  /** A parser error reaches the reader of the file; the limit would only end the file early. */
  private watch({ file }: MultipartFile): void {
    this.current = file;
    file.once('error', (error) => {
      const hasHungUp = error === this.request.raw.errored;
      if (hasHungUp || isOfParser(error)) this.failure ??= refusalOf(error);
    });
    const refuse = (): void =>
      this.fail(
        new PayloadTooLarge(`A file of the form is larger than ${sizeInWords(this.rules.fileBytes)}.`),
      );
    if (file.truncated) refuse();
    else file.once('limit', refuse);
  }

  private admit({ fieldname }: MultipartFile, count: number): void {
    if (!fieldname) throw new MalformedRequest('A field of the form has no name.');
    const rule = Object.hasOwn(this.rules.files, fieldname) ? this.rules.files[fieldname] : undefined;
    if (!rule)
      throw new ValidationFailed([violation(fieldname, 'unknown-property', 'The form has no such file.')]);
    if (count > (rule.max ?? 1)) throw new PayloadTooLarge(TOO_MANY);
  }

  /** The parser reads from the same tick on, so that it misses nothing. */
  private countBytes(limit: number): void {
    let bytes = 0;
    this.request.raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) this.fail(new PayloadTooLarge(limit));
    });
  }

  private expire(): void {
    if (!this.request.raw.complete) this.fail(new RequestTimeout());
  }

  private fail(error: DomainError): void {
    if (this.failure) return;
    this.failure = error;
    this.reject(error);
    this.current?.destroy(error);
  }
}

function sizeOf({ value }: MultipartValue): number {
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
}

function violation(name: string, code: string, detail: string): Violation {
  return { pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, code, detail };
}

/** Not what the reader of a file destroyed it with, such as an error of a disk. */
function isOfParser(error: Error): boolean {
  return codeOf(error).startsWith('FST_') || error.message.includes('terminated early');
}

function refusalOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  return /^FST_(PARTS|FILES|FIELDS)_LIMIT$/.test(codeOf(error))
    ? new PayloadTooLarge(TOO_MANY)
    : new MalformedRequest(CUT_SHORT);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
