import { setImmediate } from 'node:timers/promises';
import {
  type ArgumentMetadata,
  BadRequestException,
  Body,
  Controller,
  DefaultValuePipe,
  Get,
  Injectable,
  Module,
  Param,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseEnumPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  type PipeTransform,
  Post,
  Put,
  Query,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { ApiBody, ApiProperty } from '@nestjs/swagger';
import { Type as TypeOf } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { NIL } from 'uuid';
import { z } from 'zod';
import { CurrentUser, type Principal, Public } from '../../../src/access';
import { describeApi } from '../../../src/api-contract';
import { PlainText, ValidationGroups } from '../../../src/platform/http';
import type { Answer, ProblemBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { expectProblem, violations } from '../../support/problem';

class Line {
  @ApiProperty()
  @IsString()
  readonly text: string;
}

class Note {
  @PlainText({ maxLength: 20 })
  @IsOptional({ groups: ['change'] })
  readonly title: string;

  @ApiProperty()
  @IsInt({ groups: ['create'] })
  readonly owner: number;

  @ApiProperty({ type: Line, required: false })
  @IsOptional()
  @ValidateNested()
  @TypeOf(() => Line)
  readonly line?: Line;
}

/** Of another module, which provides what it needs. */
@Injectable()
class Words {
  readonly suffix = '!';
}

@Injectable()
class Shout implements PipeTransform {
  constructor(private readonly words: Words) {}

  transform(value: unknown, { data, type }: ArgumentMetadata): string {
    if (typeof value !== 'string') throw new BadRequestException({ code: 'no-text', detail: 'Send a text.' });
    return `${type} ${data}: ${value.toUpperCase()}${this.words.suffix}`;
  }
}

const NewOrder = z.strictObject({
  items: z.array(z.strictObject({ sku: z.string().min(3), count: z.int().positive() })).min(1),
  note: z.string().optional(),
});
const Category = z
  .strictObject({
    name: z.string(),
    get parts() {
      return z.array(Category);
    },
  })
  .meta({ title: 'Category' });
const Page = z.strictObject({ limit: z.coerce.number().int().max(10).default(5), q: z.string().optional() });

/** As a small library of validation could write it: without codes, asynchronous, with an object as path. */
const OwnSchema = {
  '~standard': {
    version: 1,
    vendor: 'own',
    validate: async (value: unknown) => {
      await setImmediate();
      const { word } = value as { word?: unknown };
      if (word === 'good') return { value: { word, checked: true } };
      return {
        issues: [{ message: 'Must be good.', path: [{ key: 'word' }] }, { message: 'Not a word of ours.' }],
      };
    },
    jsonSchema: {
      input: () => ({ type: 'object', properties: { word: { const: 'good' } }, additionalProperties: false }),
      output: () => ({}),
    },
  },
} as const;

enum Color {
  red = 'red',
  blue = 'blue',
}

@Public()
@Controller('input')
class InputController {
  @Get('number/:number')
  number(@Param('number', ParseIntPipe) number: number): unknown {
    return { number };
  }

  @Get('uuid/:id')
  uuid(@Param('id', new ParseUUIDPipe({ version: '7' })) id: string): unknown {
    return { id };
  }

  @Get('path/:year/:slug')
  path(
    @Param({ schema: z.object({ year: z.coerce.number(), slug: z.string().min(2) }) }) path: unknown,
  ): unknown {
    return path;
  }

  @Get('query')
  query(
    @Query('limit', new DefaultValuePipe(5), ParseIntPipe) limit: number,
    @Query('all', new ParseBoolPipe({ optional: true })) all: boolean | undefined,
    @Query('color', new ParseEnumPipe(Color, { optional: true })) color: Color | undefined,
    @Query('ids', new ParseArrayPipe({ items: Number, optional: true })) ids: number[] | undefined,
    @Query('q') q?: string,
  ): unknown {
    return { limit, all, color, ids, q };
  }

  @Get('page')
  page(@Query({ schema: Page }) page: z.infer<typeof Page>): unknown {
    return page;
  }

  @Get('teapot')
  teapot(@Query('n', new ParseIntPipe({ errorHttpStatusCode: 406 })) n: number): unknown {
    return n;
  }

  @Get('worded')
  worded(
    @Query('n', new ParseIntPipe({ exceptionFactory: () => new BadRequestException({ code: 'no-number' }) }))
    n: number,
  ): unknown {
    return n;
  }

  @Post('members')
  members(
    @Body('name', Shout) name: string,
    @Body('count', ParseIntPipe) count: number,
    @Body('line') line: Line,
    @Body('email', { schema: z.email().optional() }) email?: string,
  ): unknown {
    return { name, count, line, isLine: line instanceof Line, email };
  }

  @Post('piped')
  @ApiBody({ schema: { type: 'object' } })
  piped(@Body(Shout) body: { readonly text: string }): unknown {
    return { body };
  }

  @Post('shared')
  @UsePipes(Shout)
  @ApiBody({ schema: { type: 'string' } })
  shared(@Body() body: Record<string, string>): unknown {
    return { body };
  }

  @Post('lines')
  lines(@Body(new ParseArrayPipe({ items: Line })) lines: Line[]): unknown {
    return { lines, areLines: lines.every((line) => line instanceof Line) };
  }

  @Post('strict')
  strict(
    @Body(
      new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, groups: ['create'], always: true }),
    )
    note: Note,
  ): unknown {
    return note;
  }

  @Post('notes')
  @ValidationGroups('create')
  create(@Body() note: Note): unknown {
    return note;
  }

  @Put('notes')
  @ValidationGroups('change')
  change(@Body() note: Note): unknown {
    return note;
  }

  @Post('orders')
  order(@Body({ schema: NewOrder }) order: z.infer<typeof NewOrder>): unknown {
    return order;
  }

  @Post('categories')
  category(@Body({ schema: Category }) category: z.infer<typeof Category>): unknown {
    return category;
  }

  @Post('list')
  list(@Body({ schema: z.array(z.int()).optional() }) list: number[] | undefined): unknown {
    return { list: list ?? null };
  }

  @Post('record')
  record(@Body({ schema: z.record(z.string(), z.unknown()) }) record: Record<string, unknown>): unknown {
    return record;
  }

  @Post('own')
  own(@Body({ schema: OwnSchema }) body: unknown): unknown {
    return body;
  }
}

@Controller('private-input')
class PrivateController {
  @Post()
  order(
    @CurrentUser() { userId }: Principal,
    @Body({ schema: NewOrder }) order: z.infer<typeof NewOrder>,
  ): unknown {
    return { userId, order };
  }
}

@Module({ controllers: [InputController, PrivateController], providers: [Words] })
class InputModule {}

describe('the input of a handler', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [InputModule], alone: true });
  });

  afterAll(async () => app.close());

  const get = async (path: string): Promise<Answer<ProblemBody>> => app.api.get(`/input/${path}`);
  const post = async (path: string, json?: unknown): Promise<Answer<ProblemBody>> =>
    app.api.post(
      `/input/${path}`,
      json === undefined ? {} : { raw: JSON.stringify(json), headers: JSON_TYPE },
    );
  const JSON_TYPE = { 'content-type': 'application/json' };

  function expectViolations(answer: Answer<ProblemBody>, expected: Record<string, string>): void {
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual(expected);
  }

  describe('with pipes of Nest', () => {
    it('reaches the pipe as it was sent', async () => {
      expect((await get('number/42')).body).toEqual({ number: 42 });
      expect((await get('query?limit=7&all=true&color=red&ids=1,2&q=x')).body).toEqual({
        limit: 7,
        all: true,
        color: 'red',
        ids: [1, 2],
        q: 'x',
      });
      expect((await get('query')).body).toEqual({ limit: 5 });
    });

    it.each(['x', '1.5', '0x10', '1e1', '%20', '7%00', 'NaN'])(
      'in a path is 404 where it is %s',
      async (text) => {
        expectProblem(await get(`number/${text}`), 404, 'not-found');
      },
    );

    it.each(['x', '01a208a2-3a61-4325-944d-ecf01eaa3246', '..%2f..'])(
      'is 404 for the identifier %s',
      async (id) => {
        expectProblem(await get(`uuid/${id}`), 404, 'not-found');
      },
    );

    it.each([
      ['limit=x', { '/limit': 'int' }],
      ['limit=', { '/limit': 'int' }],
      ['limit=0x10', { '/limit': 'int' }],
      ['limit=1&limit=2', { '/limit': 'int' }],
      ['all=yes', { '/all': 'boolean' }],
      ['color=green', { '/color': 'enum' }],
      ['color=constructor', { '/color': 'enum' }],
      ['ids=1,x', { '/ids/1': 'item' }],
      ['q=a&q=b', { '/q': 'string' }],
    ])('in a query is 422 with its pointer: %s', async (query, expected) => {
      expectViolations(await get(`query?${query}`), expected);
    });

    it('keeps a status and an exception of its own', async () => {
      expect((await get('teapot?n=x')).status).toBe(406);
      expectProblem(await get('worded?n=x'), 400, 'no-number');
    });
  });

  it('that takes no body ignores one, whatever it is', async () => {
    const { token } = await app.as('ada');
    const call = { token, raw: '0', headers: JSON_TYPE };
    expect((await app.api.send('DELETE', `/v1/sessions/${NIL}`, call)).status).toBe(404);
  });

  describe('that takes members of a body', () => {
    const BODY = { name: 'ada', count: 2, line: { text: 'x' } };

    it('receives each through its pipe, its class or its schema', async () => {
      const answer = { name: 'body name: ADA!', count: 2, line: { text: 'x' }, isLine: true };
      expect((await post('members', BODY)).body).toEqual(answer);
      const email = 'ada@example.com';
      expect((await post('members', { ...BODY, email })).body).toEqual({ ...answer, email });
    });

    it.each([
      [{ ...BODY, admin: true }, { '/admin': 'unknown-property' }],
      [{ ...BODY, count: 'x' }, { '/count': 'int' }],
      [{ name: 'ada', line: { text: 'x' } }, { '/count': 'required' }],
      [{ ...BODY, line: { text: 1 } }, { '/line/text': 'string' }],
      [{ ...BODY, line: { text: 'x', role: 1 } }, { '/line/role': 'unknown-property' }],
      [{ ...BODY, line: null }, { '/line': 'object' }],
      [{ ...BODY, line: [] }, { '/line': 'object' }],
      [{ ...BODY, email: 'x' }, { '/email': 'invalid-format' }],
      [{ ...BODY, toString: 1 }, { '/toString': 'unknown-property' }],
      [['name'], { '': 'object' }],
      ['name', { '': 'object' }],
      [7, { '': 'object' }],
    ])('refuses %j', async (body, expected) => {
      expectViolations(await post('members', body), expected);
    });

    it('keeps what a pipe of a module throws', async () => {
      expectProblem(await post('members', { ...BODY, name: 7 }), 400, 'no-text');
    });

    it('refuses __proto__ as every other body', async () => {
      const raw = '{"name":"ada","count":1,"line":{"__proto__":{"text":"x"}}}';
      expectProblem(
        await app.api.post('/input/members', { raw, headers: JSON_TYPE }),
        400,
        'malformed-request',
      );
    });
  });

  it('with a pipe of a module is what that pipe makes of it', async () => {
    expect((await post('piped', 'text')).body).toEqual({ body: 'body undefined: TEXT!' });
    expect((await post('shared', 'text')).body).toEqual({ body: 'body undefined: TEXT!' });
    expectViolations(await post('piped', { constructor: { x: 1 } }), { '/constructor': 'unknown-property' });
  });

  it('with a list of a class has its items validated as any body', async () => {
    expect((await post('lines', [{ text: 'a' }])).body).toEqual({ lines: [{ text: 'a' }], areLines: true });
    expectViolations(await post('lines', [{ text: 'a' }, { text: 1 }]), { '/1/text': 'string' });
    expectViolations(await post('lines', [{ text: 'a', admin: true }]), { '/0/admin': 'unknown-property' });
    expectViolations(await post('lines', [null]), { '/0': 'object' });
    expectViolations(await post('lines', ['{"__proto__":{"text":"a"}}']), {
      '/0/__proto__': 'unknown-property',
    });
    expectViolations(await post('lines', { 0: { text: 'a' } }), { '': 'array' });
    expectViolations(await post('lines'), { '': 'required' });
  });

  describe('in groups', () => {
    it('is validated by the rules of the group and those without one', async () => {
      expect((await post('notes', { title: ' a ', owner: 1 })).body).toEqual({ title: 'a', owner: 1 });
      expectViolations(await post('notes', {}), { '/title': 'required', '/owner': 'required' });
      const change = async (json: object) => app.api.send<ProblemBody>('PUT', '/input/notes', { json });
      expect((await change({ line: { text: 'x' } })).body).toEqual({ line: { text: 'x' } });
      expectViolations(await change({ title: '', owner: 1 }), {
        '/title': 'text',
        '/owner': 'unknown-property',
      });
      expectViolations(await change({ owner: null }), { '/owner': 'unknown-property' });
      expectViolations(await change({ line: { text: 1, admin: 1 } }), {
        '/line/text': 'string',
        '/line/admin': 'unknown-property',
      });
    });

    it('of a ValidationPipe of its own is validated by that pipe, with our problem', async () => {
      expect((await post('strict', { title: 'a', owner: 1 })).status).toBe(201);
      expectViolations(await post('strict', { title: '', owner: 'x', admin: 1 }), {
        '/title': 'text',
        '/owner': 'int',
        '/admin': 'unknown-property',
      });
      expectViolations(await post('strict', []), { '': 'object' });
    });
  });

  describe('with a schema', () => {
    it('is what the schema makes of it', async () => {
      const order = { items: [{ sku: 'abc', count: 1 }] };
      expect((await post('orders', order)).body).toEqual(order);
      expect((await get('page?limit=3&q=x')).body).toEqual({ limit: 3, q: 'x' });
      expect((await get('page')).body).toEqual({ limit: 5 });
      expect((await get('path/2026/ab')).body).toEqual({ year: 2026, slug: 'ab' });
      expect((await post('own', { word: 'good' })).body).toEqual({ word: 'good', checked: true });
    });

    it.each([
      [
        { items: [{ sku: 'a', count: 0 }, { sku: 'abc' }] },
        { '/items/0/sku': 'too-small', '/items/0/count': 'too-small', '/items/1/count': 'required' },
      ],
      [
        { items: [], note: 1 },
        { '/items': 'too-small', '/note': 'invalid-type' },
      ],
      [
        { items: [{ sku: 'abc', count: 1, price: 0 }], admin: true },
        { '/items/0/price': 'unknown-property', '/admin': 'unknown-property' },
      ],
      [{ items: [{ sku: 'abc', count: 1 }], 'a/b~': 1 }, { '/a~1b~0': 'unknown-property' }],
      [{ items: [{ sku: 'abc', count: 1, prototype: 1 }] }, { '/items/0/prototype': 'unknown-property' }],
      [undefined, { '/items': 'required' }],
      [null, { '/items': 'required' }],
      [[], { '': 'invalid-type' }],
      ['items', { '': 'invalid-type' }],
    ])('refuses %j', async (body, expected) => {
      expectViolations(await post('orders', body), expected);
    });

    it('refuses __proto__ and names of every object, also where any name is accepted', async () => {
      const raw = '{"__proto__":{"admin":true}}';
      expectProblem(
        await app.api.post('/input/record', { raw, headers: JSON_TYPE }),
        400,
        'malformed-request',
      );
      expectViolations(await post('record', { a: { constructor: 1 } }), {
        '/a/constructor': 'unknown-property',
      });
      expect((await post('record', { a: { b: 1 } })).body).toEqual({ a: { b: 1 } });
    });

    it('may accept no body at all, and a body that is no object', async () => {
      expect((await post('list')).body).toEqual({ list: null });
      expect((await post('list', [1])).body).toEqual({ list: [1] });
      expectViolations(await post('list', [1, 'x']), { '/1': 'invalid-type' });
    });

    it('has codes that do not depend on the library', async () => {
      const answer = await post('own', { word: 'bad' });
      expectViolations(answer, { '/word': 'invalid', '': 'invalid' });
      expect(answer.body.errors?.[0]).toEqual({ pointer: '/word', code: 'invalid', detail: 'Must be good.' });
    });

    it('of a query is 422, and of a path 404', async () => {
      expectViolations(await get('page?limit=11&x=1'), { '/limit': 'too-big', '/x': 'unknown-property' });
      expectViolations(await get('page?constructor=1'), { '/constructor': 'unknown-property' });
      expectProblem(await get('path/x/ab'), 404, 'not-found');
      expectProblem(await get('path/2026/a'), 404, 'not-found');
    });

    it('is not read before the caller is known', async () => {
      expectProblem(
        await app.api.post('/private-input', { json: { wrong: 1 } }),
        401,
        'authentication-required',
      );
      const { accessToken: token } = await app.signIn();
      expectProblem(
        await app.api.post('/private-input', { json: { wrong: 1 }, token }),
        422,
        'validation-failed',
      );
    });
  });

  describe('in the document', () => {
    it('has its schemas, and refuses unknown properties', () => {
      const { components, paths } = JSON.parse(JSON.stringify(describeApi(app.nest))) as Document;
      const schemaOf = (path: string, method = 'post') =>
        paths[`/input/${path}`]?.[method]?.requestBody?.content['application/json'].schema;
      expect(schemaOf('orders')).toMatchObject({
        type: 'object',
        required: ['items'],
        additionalProperties: false,
      });
      expect(schemaOf('categories')).toEqual({ $ref: '#/components/schemas/Category' });
      expect(components.schemas.Category).toMatchObject({
        properties: { parts: { items: { $ref: '#/components/schemas/Category' } } },
      });
      expect(schemaOf('own')).toMatchObject({ properties: { word: { enum: ['good'] } } });
      expect(schemaOf('lines')).toEqual({ type: 'array', items: { $ref: '#/components/schemas/Line' } });
      expect(components.schemas.Line).toMatchObject({ additionalProperties: false });
      expect(schemaOf('members')).toMatchObject({
        properties: {
          name: { type: 'string' },
          count: { type: 'integer' },
          line: { $ref: '#/components/schemas/Line' },
          email: { type: 'string', format: 'email' },
        },
        required: ['name', 'count', 'line'],
        additionalProperties: false,
      });
    });

    it('has the properties of a group', () => {
      const { components, paths } = JSON.parse(JSON.stringify(describeApi(app.nest))) as Document;
      const names = (name: string) => Object.keys(components.schemas[name]?.properties ?? {});
      expect(names('CreateNote')).toEqual(['title', 'owner', 'line']);
      expect(components.schemas.CreateNote?.required).toEqual(['title', 'owner']);
      expect(names('ChangeNote')).toEqual(['title', 'line']);
      expect(components.schemas.ChangeNote?.required).toBeUndefined();
      expect(paths['/input/notes']?.put?.requestBody?.required).toBe(false);
    });

    it('has its parameters, and the problems of those that are not valid', () => {
      const { paths } = JSON.parse(JSON.stringify(describeApi(app.nest))) as Document;
      const { get: query } = paths['/input/query'] ?? {};
      expect(query?.parameters?.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { name: 'all', in: 'query', required: false, schema: { type: 'boolean' } },
        { name: 'color', in: 'query', required: false, schema: { enum: ['red', 'blue'] } },
        { name: 'ids', in: 'query', required: false, schema: { type: 'array', items: { type: 'number' } } },
        { name: 'limit', in: 'query', required: false, schema: { type: 'integer', default: 5 } },
        { name: 'q', in: 'query', required: false, schema: { type: 'string' } },
      ]);
      expect(query?.responses['422']).toBeDefined();
      const { get: number } = paths['/input/number/{number}'] ?? {};
      expect(number?.parameters).toEqual([
        { name: 'number', in: 'path', required: true, schema: { type: 'integer' } },
      ]);
      expect(number?.responses).toMatchObject({ 404: { $ref: '#/components/responses/NotFound' } });
      const { get: page } = paths['/input/page'] ?? {};
      expect(page?.parameters?.map(({ name, required }) => [name, required])).toEqual([
        ['limit', false],
        ['q', false],
      ]);
      expect(page?.responses['422']).toBeDefined();
    });
  });
});

interface Document {
  readonly components: {
    readonly schemas: Readonly<Record<string, { properties?: object; required?: string[] }>>;
  };
  readonly paths: Readonly<
    Record<
      string,
      Record<
        string,
        {
          readonly parameters?: { readonly name: string; readonly required: boolean }[];
          readonly requestBody?: {
            readonly required: boolean;
            readonly content: { readonly 'application/json': { readonly schema: object } };
          };
          readonly responses: Readonly<Record<string, object>>;
        }
      >
    >
  >;
}
