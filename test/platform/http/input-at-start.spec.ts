import {
  Body,
  Controller,
  DefaultValuePipe,
  Injectable,
  Module,
  Param,
  ParseArrayPipe,
  ParseIntPipe,
  type PipeTransform,
  Post,
  Query,
  StandardSchemaValidationPipe,
  type Type,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { ApiBody, ApiProperty } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { Allow, IsOptional, IsString } from 'class-validator';
import { z } from 'zod';
import { PageQuery, UuidParam, ValidationGroups } from '../../../src/platform/http';
import { InputValidation } from '../../../src/platform/http/input-validation';
import { startApp } from '../../support/app';

class Note {
  @ApiProperty()
  @IsString({ groups: ['create'] })
  readonly text: string;

  @ApiProperty()
  @Allow()
  readonly extra?: unknown;
}

class Bare {
  readonly text: string;
}

class Half {
  @IsOptional()
  readonly text?: string;
}

// What `import type { Note }` leaves of a class at run time.
type NoteType = Note;

@Injectable()
class Trim implements PipeTransform {
  transform(value: unknown): unknown {
    return value;
  }
}

const SCHEMA = z.strictObject({ text: z.string() });
const SILENT = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) },
} as const;

/** A controller whose handler takes one parameter of this type, decorated so. */
function taking(type: unknown, parameter: ParameterDecorator, ...methods: MethodDecorator[]): Type {
  @Controller('notes')
  class NotesController {
    add(input: unknown): unknown {
      return input;
    }
  }
  const { prototype } = NotesController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'add') as PropertyDescriptor;
  Reflect.defineMetadata('design:paramtypes', [type], prototype, 'add');
  parameter(prototype, 'add', 0);
  for (const decorate of [Post(), ...methods]) decorate(prototype, 'add', descriptor);
  return NotesController;
}

async function faultsOf(controller: Type, ...providers: object[]): Promise<string> {
  const module = Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers: [controller],
    providers: [InputValidation, ...(providers as Type[])],
  });
  const context = await module.compile();
  try {
    context.get(InputValidation).prepare();
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

const nothing = (decorator: string) =>
  `NotesController.add takes ${decorator} as parameter 1, and nothing validates it: its type is an interface, a built-in type or a class without rules.\n` +
  '  → use a class with rules of class-validator, imported as a value, or give the decorator a pipe or { schema }';

describe('an application does not start with a parameter that nothing validates', () => {
  it('and names the controller, the handler and the parameter', async () => {
    @Controller('notes')
    class NotesController {
      @Post()
      add(@Body() note: NoteType): NoteType {
        return note;
      }
    }
    @Module({ controllers: [NotesController] })
    class NotesModule {}
    await expect(startApp({ modules: [NotesModule] })).rejects.toThrow(nothing('@Body()'));
  });

  it.each<[string, unknown, string, ParameterDecorator]>([
    ['an interface, a union or any', Object, '@Body()', Body()],
    ['a list', Array, '@Body()', Body()],
    ['a text', String, '@Body()', Body()],
    ['a class without rules', Bare, '@Body()', Body()],
    ['nothing that TypeScript emits', undefined, '@Body()', Body()],
    ['a date', Date, '@Body()', Body()],
    ['a plain member', String, "@Body('text')", Body('text')],
    ['a member of any type', Object, "@Body('text')", Body('text')],
    ['a member with a default alone', String, "@Body('text')", Body('text', new DefaultValuePipe('x'))],
    ['a query of any type', Object, '@Query()', Query()],
    ['a number that Nest makes NaN', Number, "@Query('limit')", Query('limit')],
    ['a member of the query of any type', Object, "@Query('filter')", Query('filter')],
    ['a path of any type', Object, '@Param()', Param()],
    ['a number in the path', Number, "@Param('id')", Param('id')],
    ['a ValidationPipe without a class', Object, '@Body()', Body(new ValidationPipe())],
    ['a schema pipe without a schema', Object, '@Body()', Body(StandardSchemaValidationPipe)],
  ])('%s', async (_, type, decorator, parameter) => {
    expect(await faultsOf(taking(type, parameter))).toBe(nothing(decorator));
  });

  it('nor in a group that no rule has, or with a property without a rule', async () => {
    expect(await faultsOf(taking(Note, Body(), ValidationGroups('craete')))).toMatch(
      /^NotesController\.add validates in the group "craete", which no rule of its classes has\./,
    );
    expect(await faultsOf(taking(Half, Body()))).toMatch(/, and nothing validates Half\.text\.\n/);
  });
});

describe('an application does not start with a validation', () => {
  it.each<[string, RegExp, Type]>([
    [
      'that accepts unknown properties',
      /@Body\(\) as parameter 1, whose ValidationPipe does not refuse unknown properties\./,
      taking(Note, Body(new ValidationPipe({ whitelist: true }))),
    ],
    [
      'that drops unknown properties',
      /and its schema says nothing about unknown properties, so they would be dropped silently\.\n {2}→ refuse them \(z\.strictObject\)/,
      taking(Object, Body({ schema: z.object({ text: z.string() }) })),
    ],
    [
      'that drops them in a part',
      /and its schema at \/properties\/tags\/items says nothing about unknown properties/,
      taking(Object, Body({ schema: z.strictObject({ tags: z.array(z.object({ a: z.string() })) }) })),
    ],
    [
      'that the document cannot describe',
      /whose schema gives no JSON Schema for the OpenAPI document\.\n {2}→ describe it with @ApiBody\(\)/,
      taking(Object, Body({ schema: SILENT })),
    ],
    [
      'by a schema of a date',
      /whose schema gives no JSON Schema/,
      taking(Object, Body({ schema: z.strictObject({ at: z.date() }) })),
    ],
    [
      'by a pipe alone, whose type the document cannot describe',
      /and the OpenAPI document cannot describe its type\.\n {2}→ describe it with @ApiBody\(\)/,
      taking(Object, Body(Trim)),
    ],
    [
      'of a name that every object has',
      /a name that every object has/,
      taking(String, Body('constructor', Trim)),
    ],
    [
      'by @UsePipes() that would run first',
      /^NotesController\.add has ValidationPipe in @UsePipes\(\)\.\n {2}→ remove it/,
      taking(Note, Body(), UsePipes(new ValidationPipe({ whitelist: true }))),
    ],
  ])('%s', async (_, message, controller) => {
    expect(await faultsOf(controller)).toMatch(message);
  });

  it('by a global pipe of Nest that would run first', async () => {
    const pipe = { provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true }) };
    expect(await faultsOf(taking(Note, Body()), pipe)).toMatch(
      /^ValidationPipe is a global pipe\.\n {2}→ remove it/,
    );
  });
});

it.each<[string, Type]>([
  ['a class', taking(Note, Body())],
  ['a class in a group', taking(Note, Body(), ValidationGroups('create'))],
  ['a query class', taking(PageQuery, Query())],
  ['a schema', taking(Object, Body({ schema: SCHEMA }))],
  [
    'a schema that accepts unknown properties',
    taking(Object, Body({ schema: z.looseObject({ a: z.string() }) })),
  ],
  ['a record', taking(Object, Body({ schema: z.record(z.string(), z.number()) }))],
  [
    'a described schema without a JSON Schema',
    taking(Object, Body({ schema: SILENT }), ApiBody({ type: Note })),
  ],
  ['a described body with a pipe', taking(Object, Body(Trim), ApiBody({ type: Note }))],
  ['a list', taking(Array, Body(new ParseArrayPipe({ items: Note })))],
  ['a member with a pipe', taking(Number, Body('count', ParseIntPipe))],
  ['a member with a pipe of @UsePipes()', taking(Object, Body('count'), UsePipes(Trim))],
  ['a text of the query', taking(String, Query('q'))],
  ['a text of the path', taking(String, Param('id'))],
  ['an identifier', taking(String, Param('id', UuidParam))],
  [
    'a strict ValidationPipe of its own',
    taking(Note, Body(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }))),
  ],
])('an application starts with %s', async (_, controller) => {
  expect(await faultsOf(controller)).toBe('none');
});
