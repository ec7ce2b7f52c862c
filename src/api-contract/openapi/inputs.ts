import type { Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { UuidParam } from '../../platform/http';
import type { HandledRoute } from '../routes';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Nest's numbers for the kinds of handler parameters. */
const BODY = '3';
const PATH = '5';

/** The metadata key under which `@ApiProperty()` lists the documented properties. */
const DESCRIBED = 'swagger/apiModelPropertiesArray';

interface Argument {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes: readonly unknown[];
}

/**
 * Describes path parameters by their pipes, and checks that each validated property of a body is documented.
 * @throws Error where a validated property is not documented: clients could not know it
 */
export function describeInputs({ parameters }: Operation, route: HandledRoute): void {
  for (const { data, pipes } of argumentsOf(route, PATH)) {
    const parameter = parameters?.find((one) => 'name' in one && one.in === 'path' && one.name === data);
    if (parameter && 'schema' in parameter && pipes.some(isUuidParam))
      parameter.schema = { type: 'string', format: 'uuid' };
  }
  for (const { index, data } of argumentsOf(route, BODY))
    if (data === undefined) assertDescribed(typesOf(route)[index]);
}

function assertDescribed(dto: Type | undefined): void {
  if (!dto?.prototype) return;
  const listed = Reflect.getMetadata(DESCRIBED, dto.prototype as object) as readonly string[] | undefined;
  // A class without documented properties is any object.
  if (!listed) return;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const missing = rules.find(({ propertyName }) => !listed.includes(`:${propertyName}`));
  if (missing)
    throw new Error(
      `${dto.name}.${missing.propertyName} has rules, and no client would know of it.\n  → @ApiProperty() beside them`,
    );
}

function argumentsOf({ controller, name }: HandledRoute, kind: string): Argument[] {
  const found = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
    string,
    Argument
  >;
  return Object.entries(found).flatMap(([key, argument]) => (key.startsWith(`${kind}:`) ? argument : []));
}

function typesOf({ controller, name }: HandledRoute): readonly (Type | undefined)[] {
  const { prototype } = controller as { readonly prototype: object };
  return (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as (Type | undefined)[];
}

function isUuidParam(pipe: unknown): boolean {
  return pipe === UuidParam || pipe instanceof UuidParam;
}
