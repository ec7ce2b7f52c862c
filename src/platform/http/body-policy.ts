import type { Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { FastifyRequest } from 'fastify';
import { type DecoratorTarget, prototypeChainOf, setDecoratorMetadata } from '../extensions';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent where the route takes the default body. */
    bodyPolicy?: BodyPolicy;
  }
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const MULTIPART_TYPE = 'multipart/form-data';

export interface BodyLimits {
  /** The largest body, in bytes; 64 KiB where it is not stated. */
  readonly bytes?: number;
  /** How many values a JSON body may hold, and how many fields a form; 1,000 where it is not stated. */
  readonly values?: number;
}

/** A file field of a form. */
export interface FileField {
  /** How many files the field may have; 1 where it is not stated. */
  readonly max?: number;
  /** Whether a form without such a file is refused. */
  readonly required?: boolean;
}

export interface MultipartOptions {
  /** The file fields by their names; a file in another field is refused. */
  readonly files: Readonly<Record<string, FileField>>;
  /** The largest file, in bytes. */
  readonly fileBytes: number;
  /** How many text fields a form may have; 20 where it is not stated. */
  readonly fields?: number;
  /** All text fields together, in bytes; 64 KiB where it is not stated. */
  readonly fieldBytes?: number;
  /** How long the client may take to send the form; 60 where it is not stated. */
  readonly seconds?: number;
}

export type MultipartRules = Required<MultipartOptions>;

/** The body that a route takes. The parsers, the OpenAPI document and the access manifest read the same policy. */
export interface BodyPolicy {
  /** Media types in lower case, the first of which is meant where none is sent. */
  readonly types: readonly string[];
  /** Of the whole body. */
  readonly bytes: number;
  readonly values: number;
  /** Whether the handler receives the exact bytes. */
  readonly raw: boolean;
  readonly multipart: MultipartRules | undefined;
}

export const DEFAULT_BODY: BodyPolicy = {
  types: [JSON_TYPE],
  bytes: 64 * 1024,
  // Validation costs far more than parsing; no form has this many fields.
  values: 1_000,
  raw: false,
  multipart: undefined,
};

/** For the boundary and the headers of each part. */
const PART_HEAD_BYTES = 2 * 1024;

const LIMITS = Symbol('body limits');
const TYPES = Symbol('body types');
const MULTIPART = Symbol('multipart');

/** Other limits for the body of a route than 64 KiB and 1,000 values. They hold before the body is parsed. */
export function BodyLimit(limits: BodyLimits): MethodDecorator {
  return (...place: DecoratorTarget): void => setDecoratorMetadata('@BodyLimit()', LIMITS, limits, place);
}

/**
 * The media types that a route takes, instead of `application/json`. JSON (`+json` too) and
 * `application/x-www-form-urlencoded` are parsed and validated; a body of any other type is available by `@RawBody()` only.
 */
export function Consumes(...types: readonly string[]): MethodDecorator {
  return (...place: DecoratorTarget): void =>
    setDecoratorMetadata(
      '@Consumes()',
      TYPES,
      types.map((type) => type.toLowerCase()),
      place,
    );
}

/**
 * A route that takes files, as `multipart/form-data`. Its text fields are the `@Body()`, and `@UploadedFiles()` is an
 * `AsyncIterable<FileUpload>`. Nothing of the body is read before the guards have passed.
 */
export function Multipart(options: MultipartOptions): MethodDecorator {
  return (...place: DecoratorTarget): void => setDecoratorMetadata('@Multipart()', MULTIPART, options, place);
}

/** What a handler declares of its body: the decorators, and the parameters that read one. */
export interface BodyDeclarations {
  readonly limits: BodyLimits | undefined;
  readonly types: readonly string[] | undefined;
  readonly multipart: MultipartOptions | undefined;
  /** `@Body()`. */
  readonly parsed: boolean;
  /** `@RawBody()`. */
  readonly raw: boolean;
  /** `@UploadedFile()`. */
  readonly file: boolean;
  /** `@UploadedFiles()`. */
  readonly files: boolean;
}

/** Nest's numbers of parameter decorators (RouteParamtypes, which is not exported). */
const PARAMETERS = { parsed: '3', file: '8', files: '9', raw: '12' } as const;

export function bodyDeclarationsOf(controller: Type, name: string): BodyDeclarations {
  const handler = (controller.prototype as Readonly<Record<string, object>>)[name];
  const noted = (key: symbol): unknown =>
    prototypeChainOf(handler ?? {})
      .map((target) => Reflect.getOwnMetadata(key, target) as unknown)
      .find((value) => value !== undefined);
  const parameters = Object.keys(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<string, unknown>,
  );
  const takes = (kind: string): boolean => parameters.some((key) => key.startsWith(`${kind}:`));
  return {
    limits: noted(LIMITS) as BodyLimits | undefined,
    types: noted(TYPES) as readonly string[] | undefined,
    multipart: noted(MULTIPART) as MultipartOptions | undefined,
    parsed: takes(PARAMETERS.parsed),
    raw: takes(PARAMETERS.raw),
    file: takes(PARAMETERS.file),
    files: takes(PARAMETERS.files),
  };
}

/** The body that a handler takes; undefined where it is the default one. */
export function bodyPolicyOf(controller: Type, name: string): BodyPolicy | undefined {
  const { limits, types, multipart, raw } = bodyDeclarationsOf(controller, name);
  if (multipart) return policyOfMultipart(multipart);
  if (!limits && !types && !raw) return undefined;
  return { ...DEFAULT_BODY, ...limits, ...(types && { types }), raw };
}

function policyOfMultipart(options: MultipartOptions): BodyPolicy {
  const rules = { fields: 20, fieldBytes: 64 * 1024, seconds: 60, ...options };
  const files = fileCountOf(rules);
  const heads = (files + rules.fields + 1) * PART_HEAD_BYTES;
  const bytes = files * rules.fileBytes + rules.fieldBytes + heads;
  return { ...DEFAULT_BODY, types: [MULTIPART_TYPE], bytes, multipart: rules };
}

/** How many files a form may have. */
export function fileCountOf({ files }: Pick<MultipartRules, 'files'>): number {
  return Object.values(files).reduce((sum, { max = 1 }) => sum + max, 0);
}

/** The body that the route of a request takes. */
export function requestedBodyOf({ routeOptions }: FastifyRequest): BodyPolicy {
  return routeOptions.config.bodyPolicy ?? DEFAULT_BODY;
}

/** Whether a body of a media type is parsed as JSON. */
export function isJsonType(type: string): boolean {
  return type === JSON_TYPE || type.endsWith('+json');
}

/** Whether a body of a media type is parsed, so that `@Body()` has it. */
export function isParsedType(type: string): boolean {
  return isJsonType(type) || type === FORM_TYPE || type === MULTIPART_TYPE;
}
