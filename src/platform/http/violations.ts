import type { ValidationError } from 'class-validator';
import { type DomainError, ValidationFailed, type Violation } from '../errors';
import { NotFound } from './request-errors';

/** The kinds of parameters that hold input of the client, as pipes name them. */
export type InputKind = 'body' | 'query' | 'param';

/** Makes the error for the violations of a parameter; their pointers start at its value. */
export type Refuse = (violations: readonly Violation[]) => DomainError;

/** A path that is not valid names no resource, so it is 404 as an unknown one. */
export function refusalOf(kind: InputKind, name?: string): Refuse {
  if (kind === 'param') return () => new NotFound();
  const parent = name === undefined ? '' : pointerTo(name);
  return (violations) =>
    new ValidationFailed(violations.map((each) => ({ ...each, pointer: parent + each.pointer })));
}

export const REQUIRED = { code: 'required', detail: 'Required.' };
export const NOT_AN_OBJECT = { pointer: '', code: 'object', detail: 'Must be a JSON object.' };
const UNKNOWN = { code: 'unknown-property', detail: 'Unknown property.' };

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a JSON Pointer (RFC 6901). */
export function pointerTo(name: string, parent = ''): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Violations by the properties of a body that the handler does not take. */
export function unknownIn(body: object, known: ReadonlySet<string>): Violation[] {
  const unknown = Object.keys(body).filter((name) => !known.has(name));
  return unknown.map((name) => ({ pointer: pointerTo(name), ...UNKNOWN }));
}

/** Violations by names such as `constructor`: class-transformer and Nest's pipes drop them before validation. */
export function inheritedNamesIn(value: unknown, parent = ''): Violation[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const pointer = pointerTo(name, parent);
    return name in Object.prototype || name === 'prototype'
      ? [{ pointer, ...UNKNOWN }]
      : inheritedNamesIn(child, pointer);
  });
}

export function violationsOf(error: ValidationError, parent = ''): Violation[] {
  const pointer = pointerTo(error.property, parent);
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    ...describe(error, rule, message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, pointer))];
}

function describe(error: ValidationError, rule: string, message: string): Pick<Violation, 'code' | 'detail'> {
  if (rule === 'whitelistValidation') return UNKNOWN;
  if (error.value === undefined) return REQUIRED;
  return {
    code: rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^is-/, ''),
    detail: message,
  };
}

/** An issue of Standard Schema, and what zod (`code`, `keys`) and Valibot (`type`, `expected`) add to it. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: unknown;
  readonly keys?: unknown;
  readonly type?: unknown;
  readonly expected?: unknown;
}

/** @param value the value that the schema refused */
export function schemaViolations(issues: readonly SchemaIssue[], value: unknown): Violation[] {
  return issues.flatMap((issue) => {
    const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
    const pointer = path.reduce<string>((parent, name) => pointerTo(String(name), parent), '');
    if (Array.isArray(issue.keys) && issue.code === 'unrecognized_keys')
      return issue.keys.map((name) => ({ pointer: pointerTo(String(name), pointer), ...UNKNOWN }));
    if (issue.expected === 'never' && path.length > 0) return { pointer, ...UNKNOWN };
    if (valueAt(value, path) === undefined) return { pointer, ...REQUIRED };
    return { pointer, code: codeOf(issue), detail: issue.message };
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, name) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, name)
        ? (parent as Record<PropertyKey, unknown>)[name]
        : undefined,
    value,
  );
}

const WORD = /^[a-z][a-z_]*$/;

/** Standard Schema has no codes; most libraries add one, such as `too_small`. */
function codeOf({ code, type }: SchemaIssue): string {
  const word = [code, type].find((each): each is string => typeof each === 'string' && WORD.test(each));
  return word?.replaceAll('_', '-') ?? 'invalid';
}
