import {
  BadRequestException,
  CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpException,
  Injectable,
  InternalServerErrorException,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { Public } from '../../../src/access';
import { describeApi } from '../../../src/api-contract';
import { Database } from '../../../src/platform/database';
import { DomainError } from '../../../src/platform/errors';
import { ApiProblems } from '../../../src/platform/http';
import { User } from '../../../src/users';
import type { ProblemBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import type { Contract } from '../../support/contract';
import { expectProblem } from '../../support/problem';

class QuotaUsed extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'quota-used';
  static override readonly status = 402;
  static override readonly title = 'No projects left';

  constructor() {
    super('The plan has three projects, and all of them are used.');
  }
}

/** As a client of another service throws it. */
class UpstreamError extends Error {
  readonly status = 401;
  readonly response = { headers: { authorization: 'Bearer secret' }, data: 'secret' };
}

class OrderException extends HttpException {}

const STACK = new Error('inside').stack ?? '';

/** What a team's handler may throw, by a name. */
const THROWN: Readonly<Record<string, () => unknown>> = {
  text: () => new BadRequestException('The date is a holiday.'),
  coded: () => new BadRequestException({ code: 'holiday', detail: 'The date is a holiday.' }),
  'error-code': () => new HttpException('The date is a holiday.', 409, { errorCode: 'holiday' }),
  list: () => new BadRequestException(['The date is a holiday.', 'The place is closed.']),
  payment: () => new HttpException('The plan has no projects left.', 402),
  gone: () => new HttpException({ message: 'The order was archived.' }, 410),
  teapot: () => new HttpException({ stack: STACK, code: 'Not A Code', detail: STACK }, 418),
  unprocessable: () => new HttpException('The order is empty.', 422),
  throttled: () => new HttpException('ThrottlerException: Too Many Requests', 429),
  limited: () => new HttpException('One export a minute.', 429),
  'nothing-said': () => new BadRequestException(),
  forbidden: () => new ForbiddenException(),
  missing: () => new NotFoundException('There is no such order.'),
  'of-an-error': () => new HttpException(new Error('SELECT * FROM orders') as never, 400),
  internal: () => new InternalServerErrorException('password authentication failed for user "app"'),
  gateway: () => new HttpException('connect ECONNREFUSED 10.0.0.7:8080', 502),
  'gateway-coded': () => new HttpException({ code: 'bank-away', detail: 'The bank does not answer.' }, 502),
  redirect: () => new HttpException('elsewhere', 302),
  upstream: () => Object.assign(new Error('Request failed'), { statusCode: 401, body: 'secret' }),
  'upstream-client': () => new UpstreamError('Request failed: Bearer secret'),
  'own-body': () =>
    new OrderException({ message: 'The order is closed.', reasons: ['secret'], 'ada@example.com': 1 }, 400),
  'own-text': () => new OrderException({ message: { text: 'secret' } }, 400),
  'list-of-objects': () => new BadRequestException([{ field: 'secret' }]),
  domain: () => new QuotaUsed(),
};

@Injectable()
class OwnerGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { id } = context.switchToHttp().getRequest<{ params: { id: string } }>().params;
    return this.database.repository(User).existsBy({ id });
  }
}

@Public()
@Controller('orders')
class OrdersController {
  constructor(private readonly database: Database) {}

  @Get('thrown/:name')
  @ApiProblems(QuotaUsed)
  fail(@Param('name') name: string): void {
    throw THROWN[name]?.();
  }

  @Get('numbered/:number')
  numbered(@Param('number', ParseIntPipe) number: number): number {
    return number;
  }

  @Get('guarded/:id')
  @UseGuards(OwnerGuard)
  guarded(): string {
    return 'an order';
  }

  @Get('typed/:type/:value')
  async typed(
    @Param('type') type: 'integer' | 'date' | 'jsonb',
    @Param('value') value: string,
  ): Promise<unknown> {
    return this.database.query({ text: `SELECT $1::text::${type}` }, [value]);
  }

  @Get('count/:id')
  async byNumber(@Param('id') id: string): Promise<unknown> {
    return this.database.query({ text: 'SELECT $1::integer' }, [Number(id)]);
  }

  @Get()
  async search(@Query('since') since: string): Promise<unknown> {
    return this.database.query({ text: 'SELECT $1::timestamptz' }, [since]);
  }

  @Post()
  async fixed(): Promise<unknown> {
    return this.database.query({ text: 'SELECT $1::uuid' }, ['a mistake of the application']);
  }
}

@Public()
@Controller('flattened')
class FlattenedController {
  @Get(':name')
  fail(@Param('name') name: string): void {
    throw THROWN[name]?.();
  }
}

@Module({ controllers: [OrdersController, FlattenedController] })
class OrdersModule {}

describe('an error of a team’s own', () => {
  const log: string[] = [];
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { LOG_LEVEL: 'warn' }, modules: [OrdersModule], log });
  });

  afterAll(async () => app.close());

  const thrown = async (name: string) => app.api.get<ProblemBody>(`/orders/thrown/${name}`);
  const warned = () => log.filter((line) => /"level":40\b/.test(line));

  it.each<[name: string, status: number, code: string, detail: string]>([
    ['text', 400, 'bad-request', 'The date is a holiday.'],
    ['coded', 400, 'holiday', 'The date is a holiday.'],
    ['error-code', 409, 'holiday', 'The date is a holiday.'],
    ['list', 400, 'bad-request', 'The date is a holiday.; The place is closed.'],
    ['payment', 402, 'payment-required', 'The plan has no projects left.'],
    ['gone', 410, 'gone', 'The order was archived.'],
    ['teapot', 418, 'i-am-a-teapot', "The request was refused: I'm a Teapot."],
    ['unprocessable', 422, 'unprocessable-entity', 'The order is empty.'],
    ['throttled', 429, 'rate-limited', 'Too many attempts. Try again in 60 seconds.'],
    ['limited', 429, 'rate-limited', 'One export a minute.'],
    ['nothing-said', 400, 'bad-request', 'The request was refused: Bad Request.'],
    ['forbidden', 403, 'forbidden', 'You do not have permission to access this resource.'],
    ['missing', 404, 'not-found', 'There is no such order.'],
    ['own-body', 400, 'bad-request', 'The order is closed.'],
    ['own-text', 400, 'bad-request', 'The request was refused: Bad Request.'],
    ['list-of-objects', 400, 'bad-request', 'The request was refused: Bad Request.'],
    ['of-an-error', 400, 'bad-request', 'The request was refused: Bad Request.'],
    ['gateway', 502, 'bad-gateway', 'The request was refused: Bad Gateway.'],
    ['gateway-coded', 502, 'bank-away', 'The bank does not answer.'],
    ['domain', 402, 'quota-used', 'The plan has three projects, and all of them are used.'],
  ])(
    '%s keeps its status, its code and what was written for the client',
    async (name, status, code, detail) => {
      const answer = await thrown(name);
      expectProblem(answer, status, code);
      expect(answer.body.detail).toBe(detail);
      expect(answer.headers.get('retry-after')).toBe(status === 429 ? '60' : null);
    },
  );

  it.each(['internal', 'redirect', 'upstream', 'upstream-client'])(
    '%s is 500, and nothing of it is shown',
    async (name) => {
      const answer = await thrown(name);
      expectProblem(answer, 500, 'internal-error');
      expect(answer.text).not.toMatch(/password|elsewhere|secret|Request failed/);
    },
  );

  describe('of which the client receives less than it states', () => {
    const ROUTE = '"route":"GET /flattened/:name"';
    const reports = () => warned().filter((line) => line.includes(ROUTE));
    const flattened = async (name: string) => app.api.get<ProblemBody>(`/flattened/${name}`);

    it.each<[name: string, ...expected: string[]]>([
      ['redirect', '"exception":"HttpException"', '"stated":302', 'the status that an error states'],
      ['upstream-client', '"exception":"UpstreamError"', '"stated":401', 'the status that an error states'],
      ['own-body', '"exception":"OrderException"', '"status":400', '"lost":["reasons"]', 'a body of its own'],
      ['list-of-objects', '"exception":"BadRequestException"', '"lost":["message"]', 'a body of its own'],
    ])('%s: the log names its class and the route once, without its values', async (name, ...expected) => {
      log.length = 0;
      for (const _ of [1, 2, 3]) await flattened(name);
      expect(reports()).toHaveLength(1);
      for (const text of expected) expect(reports()[0]).toContain(text);
      expect(reports()[0]).not.toMatch(/secret|ada@example\.com|Request failed|elsewhere|order is closed/);
    });

    it.each([
      'text',
      'coded',
      'error-code',
      'list',
      'throttled',
      'nothing-said',
      'forbidden',
      'gateway',
      'domain',
    ])('does not happen to %s', async (name) => {
      log.length = 0;
      await flattened(name);
      expect(reports()).toEqual([]);
    });
  });

  it('of Nest’s pipes and guards says what is wrong, and nothing of how the application is built', async () => {
    expectProblem(await app.api.get('/orders/numbered/x'), 404, 'not-found');
    const unknown = '/orders/guarded/01a22289-5159-7506-8558-939628de5e9f';
    expectProblem(await app.api.get(unknown), 403, 'forbidden');
  });

  it('has a status and a title of its own by its class, in the document as well', () => {
    const { components } = JSON.parse(JSON.stringify(describeApi(app.nest))) as Contract;
    expect(components.schemas.QuotaUsedProblem?.properties).toMatchObject({
      status: { const: 402 },
      title: { const: 'No projects left' },
    });
    expect(components.responses.QuotaUsed).toBeDefined();
  });

  it.each([
    '/orders/guarded/abc',
    '/orders/guarded/%00',
    '/orders/typed/integer/99999999999',
    '/orders/typed/integer/99999999999?x=1',
    '/orders/typed/date/2026-13-45',
    '/orders/typed/date/tomorrowish',
    '/orders/typed/jsonb/%22%5Cu0000%22',
    '/orders/count/abc',
  ])('%s: a path parameter of a form that the database refuses is 404, and logged', async (path) => {
    log.length = 0;
    expectProblem(await app.api.get(path), 404, 'not-found');
    expect(log.join()).toContain('the database refused a value');
  });

  it('a query of such a form is 422; a value of the application’s own is 500', async () => {
    expectProblem(await app.api.get('/orders?since=long%20ago'), 422, 'validation-failed');
    expectProblem(await app.api.get('/orders?since=%00'), 422, 'validation-failed');
    expectProblem(await app.api.post('/orders'), 500, 'internal-error');
  });
});
