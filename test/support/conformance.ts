import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { pascalCase } from '../../src/platform/http';
import { COMMITTED, type Contract, type Described, type Media, type Operation, resolved } from './contract';
import type { Received } from './http-client';

const PROBLEM = 'application/problem+json';
/** Of codes that are not known; it is open to further members, as RFC 9457 has it. */
const ANY_PROBLEM = 'Problem';
// Static files; the static server refuses missing ones.
const SWAGGER_UI = /^\/docs\//;
const DOCUMENT = 'contract';

// What is compiled of the schemas serves every spec of a worker, though each evaluates this file anew.
const ofWorker = globalThis as { conformance?: Conformance };

/**
 * Holds answers to the document. Whatever it does not name is a fault: a status, a member anywhere in the body, a content type, a body
 * where none is; and so is a header that is promised and missing.
 */
export class Conformance {
  private readonly validators = new Map<string, ValidateFunction>();
  private known: Contract | undefined;
  private compiler: Ajv2020 | undefined;
  private patterns: readonly { readonly path: string; readonly pattern: RegExp }[] | undefined;

  /** @param describe makes the document of the application that is asked, once it is needed */
  private constructor(private readonly describe: () => Contract) {}

  /** The application as it is, without a team's modules. */
  static committed(): Conformance {
    return (ofWorker.conformance ??= new Conformance(() => COMMITTED));
  }

  /** @param describe makes the document of an application that has a team's modules */
  static to(describe: () => object): Conformance {
    return new Conformance(() => JSON.parse(JSON.stringify(describe())) as Contract);
  }

  private get contract(): Contract {
    return (this.known ??= this.describe());
  }

  private get ajv(): Ajv2020 {
    if (this.compiler) return this.compiler;
    this.compiler = new Ajv2020({ strict: false, validateSchema: false, discriminator: true });
    addFormats(this.compiler);
    return this.compiler.addSchema(closed(this.contract) as object, DOCUMENT);
  }

  /**
   * @param target path and query
   * @throws with what the answer has that the document lacks, or the other way round
   */
  check(method: string, target: string, answer: Received): void {
    const ours = Conformance.committed();
    // Beside a team's modules, too, most answers are as ours, whose schemas are compiled once for a worker.
    if (this !== ours && ours.operationOf(method, target) && !ours.faultOf(method, target, answer)) return;
    const fault = this.faultOf(method, target, answer);
    if (!fault) return;
    const { status, text } = answer;
    throw new Error(`${method} ${target} answered ${status}: ${fault}\n${text.slice(0, 500)}`);
  }

  private faultOf(method: string, target: string, answer: Received): string | undefined {
    const path = this.pathOf(target);
    const operation = this.operationOf(method, target);
    const reference = operation?.responses[answer.status];
    if (path === undefined || this.mayBeUndescribed(path, methodOf(method), reference, answer))
      return SWAGGER_UI.test(target) ? undefined : this.faultOfUndescribed(method, answer);
    if (!reference) return `a status that ${operation?.operationId} is not described with`;
    const described = resolved(reference, this.contract);
    const place = `#/paths/${escaped(path)}/${methodOf(method)}/responses/${answer.status}`;
    return (
      headerFault(described, answer) ??
      (method === 'HEAD' ? undefined : this.bodyFault(described, reference.$ref ?? place, answer))
    );
  }

  /**
   * Unknown routes are not described. Routes of a team need no description, and their modules may return problems that no
   * route describes: a login check or a strategy throws them.
   */
  private mayBeUndescribed(
    path: string,
    method: string,
    reference: Described | undefined,
    { text }: Received,
  ): boolean {
    if (!this.contract.paths[path]?.[method]) return true;
    if (this.contract === COMMITTED) return false;
    const [, code] = /"code":"([\w-]+)"/.exec(text) ?? [];
    if (code !== undefined && !this.knows(code)) return true;
    const isOurs = COMMITTED.paths[path]?.[method] !== undefined;
    return !isOurs && (!reference || resolved(reference, this.contract).content === undefined);
  }

  private knows(code: string): boolean {
    return problemName(code) in this.contract.components.schemas;
  }

  private operationOf(method: string, target: string): Operation | undefined {
    const path = this.pathOf(target);
    return path === undefined ? undefined : this.contract.paths[path]?.[methodOf(method)];
  }

  private pathOf(target: string): string | undefined {
    const [raw = ''] = target.split('?', 1);
    this.patterns ??= patternsOf(this.contract);
    try {
      const path = decodeURI(raw);
      return this.patterns.find(({ pattern }) => pattern.test(path))?.path;
    } catch {
      return undefined;
    }
  }

  /** Of an address or a method that the document does not know; what is refused there is a problem all the same. */
  private faultOfUndescribed(method: string, { status, headers, text }: Received): string | undefined {
    if (status < 400 || method === 'HEAD') return undefined;
    if (mediaTypeOf(headers) !== PROBLEM) return 'no problem';
    const body = JSON.parse(text) as { code: string };
    const name = this.knows(body.code) ? problemName(body.code) : ANY_PROBLEM;
    return this.mismatch(`#/components/schemas/${name}`, body);
  }

  private bodyFault({ content }: Described, place: string, { headers, text }: Received): string | undefined {
    const type = mediaTypeOf(headers);
    if (!content) return text === '' ? undefined : 'a body where none is described';
    const media: Media | undefined = content[type];
    if (!media) return `${type}, where ${Object.keys(content).join(' or ')} is described`;
    const body: unknown = /\bjson$/.test(type) ? JSON.parse(text) : text;
    return this.mismatch(`${place}/content/${escaped(type)}/schema`, body);
  }

  /** @param schema a reference into the document */
  mismatch(schema: string, body: unknown): string | undefined {
    const validate = this.validators.get(schema) ?? this.ajv.compile({ $ref: `${DOCUMENT}${schema}` });
    this.validators.set(schema, validate);
    if (validate(body)) return undefined;
    return this.ajv.errorsText(validate.errors, { dataVar: 'the body' });
  }
}

const problemName = (code: string): string => `${pascalCase(code)}Problem`;

function headerFault({ headers = {} }: Described, answer: Received): string | undefined {
  for (const [name, { required = false, schema }] of Object.entries(headers)) {
    const value = answer.headers.get(name);
    if (value === null && required) return `no ${name}, which is promised`;
    if (value !== null && schema?.type === 'integer' && !/^\d+$/.test(value)) return `${name}: ${value}`;
  }
  return undefined;
}

/** The document with each object that names its members taking no other; requests and the document itself stay as they are. */
function closed(part: unknown, name = ''): unknown {
  if (Array.isArray(part)) return part.map((each) => closed(each));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part as Record<string, unknown>)
    // Ajv finds the choices by their constants.
    .filter(([key]) => key !== 'mapping' && key !== 'example' && key !== 'examples')
    .map(([key, value]) => [key, closed(value, key)] as const);
  const isSchema = 'properties' in part && !('additionalProperties' in part) && name !== ANY_PROBLEM;
  return { ...Object.fromEntries(entries), ...(isSchema && { additionalProperties: false }) };
}

/** Methods are told by case (RFC 9110 section 9.1). */
function methodOf(method: string): string {
  return method === 'HEAD' ? 'get' : method === method.toUpperCase() ? method.toLowerCase() : '';
}

/** Those without parameters first. */
function patternsOf({ paths }: Contract): { readonly path: string; readonly pattern: RegExp }[] {
  const literalFirst = Object.keys(paths).toSorted((a, b) => a.split('{').length - b.split('{').length);
  return literalFirst.map((path) => ({ path, pattern: patternOf(path) }));
}

function patternOf(path: string): RegExp {
  const literal = path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${literal}$`);
}

/** A step of a JSON Pointer in a URI fragment. */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
}
