import { createHmac, randomInt } from 'node:crypto';
import {
  Body,
  Controller,
  type DynamicModule,
  HttpCode,
  HttpStatus,
  Injectable,
  Module,
  type OnModuleInit,
  Post,
  Query,
  type Type,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsBoolean, IsOptional, Matches } from 'class-validator';
import { CurrentUser, type Principal, RequireRecentSignIn } from '../../src/access';
import {
  type AddedFactor,
  AddedFactorResponse,
  AuthModule,
  BeginsSecondStep,
  CompletesSignIn,
  CookieModeQuery,
  CurrentSecondStep,
  Factor,
  type FactorLimits,
  FactorName,
  type FactorProvider,
  Factors,
  InvalidFactor,
  MfaToken,
  type SecondStepCaller,
  type SecondStepResponse,
  SecondStepService,
  type Step,
} from '../../src/auth';
import { Clock } from '../../src/platform/clock';
import { Database, DatabaseModule, SqlMigration, type Statement } from '../../src/platform/database';
import { ValidationFailed } from '../../src/platform/errors';
import { ApiProblems, Client, type ClientInfo, Conflict } from '../../src/platform/http';
import { Keyring } from '../../src/platform/keyring';
import { PersonalData, type PersonalDataProvider } from '../../src/platform/personal-data';
import { ApiRateLimits, RateLimiter, rateLimitPolicy } from '../../src/platform/rate-limits';
import { UsersModule, UsersService } from '../../src/users';

const SMS = 'sms';
const LIFETIME_SECONDS = 300;
const HOUR = 3_600;
const DAY = 24 * HOUR;

function limitsOf(name: string, quota: number, windowSeconds: number): FactorLimits {
  const policy = { name, quota, windowSeconds, longestWaitSeconds: DAY };
  return {
    account: rateLimitPolicy({ ...policy, per: 'account' }),
    device: rateLimitPolicy({ ...policy, per: 'device' }),
    session: rateLimitPolicy({ ...policy, per: 'session' }),
  };
}

const WRONG = limitsOf('sms', 10, DAY);
/** A message costs money and reaches a person. */
const SENT = limitsOf('sms-sent', 5, HOUR);

class CreateSms1795500000010 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE sms_numbers (
      factor_id uuid PRIMARY KEY REFERENCES factors (id) ON DELETE CASCADE,
      user_id uuid NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
      number text NOT NULL
    )`,
    `CREATE TABLE sms_codes (
      step text PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      digest bytea NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX sms_codes_user ON sms_codes (user_id, expires_at)',
  ];
}

const ADD_NUMBER: Statement = {
  text: `INSERT INTO sms_numbers (factor_id, user_id, number) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING true AS added`,
};
const FIND_NUMBER: Statement = {
  text: 'SELECT factor_id AS "factorId", number FROM sms_numbers WHERE user_id = $1',
};
// Also deletes the codes of steps that were not finished.
const STORE_CODE: Statement = {
  text: `WITH expired AS (DELETE FROM sms_codes WHERE user_id = $2 AND step <> $1 AND expires_at <= $5)
    INSERT INTO sms_codes (step, user_id, digest, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (step) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at`,
};
const HAS_CODE: Statement = {
  text: 'SELECT true AS found FROM sms_codes WHERE step = $1 AND digest = $2 AND expires_at > $3',
};
// One statement, so that a code is accepted once, and none after its number was removed.
const USE_CODE: Statement = {
  text: `DELETE FROM sms_codes WHERE step = $1 AND digest = $2 AND expires_at > $3
    AND EXISTS (SELECT FROM sms_numbers WHERE factor_id = $4) RETURNING true AS used`,
};
const ERASE_CODES: Statement = { text: 'DELETE FROM sms_codes WHERE user_id = $1' };
const ERASE_NUMBER: Statement = { text: 'DELETE FROM sms_numbers WHERE user_id = $1' };

/** Sends text messages; the module is given a class that does. */
export abstract class SmsGateway {
  abstract send(number: string, text: string): Promise<void>;
}

class SmsSentResponse {
  @ApiProperty({ description: 'The last digits of the number', example: '…61' })
  readonly to: string;

  @ApiProperty({ type: 'integer', description: 'In seconds', example: LIFETIME_SECONDS })
  readonly expiresIn: number;
}

/** A code that was sent: for one step, to one number. */
interface SentCode {
  readonly step: string;
  readonly number: string;
  readonly code: string;
}

/** The codes that wait for an answer, one for each step. */
@Injectable()
class SmsCodes implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gateway: SmsGateway,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor(SMS)).material;
  }

  /** Sends a new code, which replaces an earlier one of the step. */
  async send(step: string, userId: string, number: string): Promise<SmsSentResponse> {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + LIFETIME_SECONDS * 1_000);
    const digest = this.digestOf({ step, number, code });
    await this.database.query(STORE_CODE, [step, userId, digest, expiresAt, now]);
    await this.gateway.send(number, `${code} is your code. It works for five minutes.`);
    return { to: `…${number.slice(-2)}`, expiresIn: LIFETIME_SECONDS };
  }

  async has(sent: SentCode): Promise<boolean> {
    const parameters = [sent.step, this.digestOf(sent), this.clock.now()];
    return (await this.database.query(HAS_CODE, parameters)).length > 0;
  }

  /** @returns false where the code is wrong or expired, was used before, or the factor was removed */
  async use(sent: SentCode, factorId: string): Promise<boolean> {
    const parameters = [sent.step, this.digestOf(sent), this.clock.now(), factorId];
    return (await this.database.query(USE_CODE, parameters)).length > 0;
  }

  /** Keyed, since six digits are guessed from a plain digest at once. */
  private digestOf({ step, number, code }: SentCode): Buffer {
    return createHmac('sha256', this.key).update(`${step}/${number}/${code}`).digest();
  }
}

interface StoredNumber {
  readonly factorId: string;
  readonly number: string;
}

interface JudgedSms {
  readonly factorId: string;
  readonly sent: SentCode;
}

/** Codes that are sent to a telephone (NIST SP 800-63B calls it restricted: numbers are taken over). */
@Injectable()
@Factor({ kind: SMS, amr: ['sms'], order: 50, limits: WRONG, beginLimits: SENT })
class SmsFactor implements FactorProvider<string, JudgedSms, SmsSentResponse> {
  constructor(
    private readonly codes: SmsCodes,
    private readonly database: Database,
  ) {}

  async begin({ id, user }: Step): Promise<SmsSentResponse> {
    const found = await this.find(user.id);
    if (!found) throw new Conflict('The account has no telephone number. Use another factor.');
    return this.codes.send(id, user.id, found.number);
  }

  async judge(code: string, { id, user }: Step): Promise<JudgedSms | null> {
    const found = await this.find(user.id);
    if (!found) return null;
    const sent = { step: id, number: found.number, code };
    return (await this.codes.has(sent)) ? { factorId: found.factorId, sent } : null;
  }

  async accept({ factorId, sent }: JudgedSms): Promise<boolean> {
    return this.codes.use(sent, factorId);
  }

  private async find(userId: string): Promise<StoredNumber | undefined> {
    return (await this.database.query<StoredNumber>(FIND_NUMBER, [userId]))[0];
  }
}

function SmsCode(): PropertyDecorator {
  return (...target) => {
    Matches(/^[0-9]{6}$/, { message: 'Must be six digits.' })(...target);
    ApiProperty({ type: String, pattern: '^[0-9]{6}$', example: '492039' })(...target);
  };
}

class AddNumberRequest {
  @ApiProperty({ example: '+441632960961' })
  @Matches(/^\+[1-9]\d{6,14}$/, { message: 'Must be a telephone number such as +441632960961.' })
  readonly number: string;
}

class ConfirmNumberRequest extends AddNumberRequest {
  @SmsCode()
  readonly code: string;

  @FactorName({ isOptional: true })
  readonly name?: string | null;

  @ApiProperty({ type: Boolean, required: false, default: false, description: 'Replace the present number' })
  @IsOptional()
  @IsBoolean({ message: 'Must be true or false.' })
  readonly replace?: boolean;
}

class SendSmsRequest {
  @MfaToken()
  readonly mfaToken: string;
}

class SmsRequest extends SendSmsRequest {
  @SmsCode()
  readonly code: string;
}

/** Adds a number once its code has proved that the user has it: until then no row has the number. */
@Injectable()
class SmsEnrolment {
  constructor(
    private readonly codes: SmsCodes,
    private readonly factors: Factors,
    private readonly users: UsersService,
    private readonly limiter: RateLimiter,
    private readonly database: Database,
  ) {}

  /** @throws Conflict where the address is not verified; RateLimited */
  async begin({ userId, sessionId }: Principal, number: string): Promise<SmsSentResponse> {
    const user = await this.users.findById(userId);
    if (!user?.emailVerified) throw new Conflict('Verify the email address before you add a factor.');
    await this.limiter.consume(SENT.account, userId);
    return this.codes.send(sessionId, userId, number);
  }

  /** @throws InvalidFactor, RateLimited; Conflict where the user has a number and does not replace it */
  async confirm(
    principal: Principal,
    { number, code, name = null, replace: isReplacing = false }: ConfirmNumberRequest,
    client: ClientInfo,
  ): Promise<AddedFactor> {
    const { userId, sessionId: step } = principal;
    const attempt = await this.limiter.consume(WRONG.session, step);
    const store = async (factorId: string): Promise<void> => {
      const added = await this.database.query(ADD_NUMBER, [factorId, userId, number]);
      if (added.length === 0)
        throw new Conflict('The account has a number. Send "replace": true to replace it.');
      if (!(await this.codes.use({ step, number, code }, factorId))) throw new InvalidFactor();
    };
    const factor = await this.factors.add(principal, { kind: SMS, name, isReplacing, store }, client);
    await this.limiter.refund(attempt);
    return factor;
  }
}

@ApiTags('factors')
@Controller({ path: 'auth', version: '1' })
class SmsController {
  constructor(
    private readonly secondStep: SecondStepService,
    private readonly enrolment: SmsEnrolment,
  ) {}

  @Post('mfa/sms/send')
  @BeginsSecondStep()
  @ApiRateLimits(...Object.values(SENT))
  @ApiOperation({
    operationId: 'sendSms',
    summary: 'Send a code',
    description: 'Sends a code to the number.',
  })
  @ApiOkResponse({ type: SmsSentResponse })
  @ApiProblems(Conflict)
  async send(
    @Body() { mfaToken }: SendSmsRequest,
    @CurrentSecondStep() caller: SecondStepCaller,
  ): Promise<SmsSentResponse> {
    return this.secondStep.begin(SMS, mfaToken, caller);
  }

  @Post('mfa/sms')
  @CompletesSignIn()
  @ApiRateLimits(...Object.values(WRONG))
  @ApiOperation({
    operationId: 'completeWithSms',
    summary: 'Complete a sign-in with a code',
    description:
      'Opens the session with the code that `POST /v1/auth/mfa/sms/send` has sent for this mfaToken.',
  })
  async complete(
    @Body() { mfaToken, code }: SmsRequest,
    @Query() _: CookieModeQuery,
    @CurrentSecondStep() caller: SecondStepCaller,
  ): Promise<SecondStepResponse> {
    return this.secondStep.complete(SMS, { mfaToken, proof: code }, caller);
  }

  @Post('factors/sms')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.OK)
  @ApiRateLimits(SENT.account)
  @ApiOperation({
    operationId: 'beginSms',
    summary: 'Begin to add a number',
    description:
      'Sends a code to the number; nothing changes until it reaches `POST /v1/auth/factors/sms/confirm`.',
  })
  @ApiOkResponse({ type: SmsSentResponse })
  @ApiProblems(Conflict, ValidationFailed)
  async begin(
    @CurrentUser() principal: Principal,
    @Body() { number }: AddNumberRequest,
  ): Promise<SmsSentResponse> {
    return this.enrolment.begin(principal, number);
  }

  @Post('factors/sms/confirm')
  @RequireRecentSignIn()
  @ApiRateLimits(WRONG.session)
  @ApiOperation({
    operationId: 'confirmSms',
    summary: 'Add a number',
    description: 'Adds the number as a factor. From then on every sign-in needs a second step.',
  })
  @ApiCreatedResponse({ type: AddedFactorResponse })
  @ApiProblems(InvalidFactor, Conflict, ValidationFailed)
  async confirm(
    @CurrentUser() principal: Principal,
    @Body() body: ConfirmNumberRequest,
    @Client() client: ClientInfo,
  ): Promise<AddedFactorResponse> {
    return AddedFactorResponse.of(await this.enrolment.confirm(principal, body, client));
  }
}

@Injectable()
@PersonalData({ section: 'sms', tables: ['sms_numbers', 'sms_codes'] })
class SmsData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<unknown> {
    return (await this.database.query<StoredNumber>(FIND_NUMBER, [userId])).map(({ number }) => ({ number }));
  }

  async erase(userId: string): Promise<void> {
    await this.database.query(ERASE_CODES, [userId]);
    await this.database.query(ERASE_NUMBER, [userId]);
  }
}

@Module({})
export class SmsModule {
  /** @param gateway the class that sends the messages */
  static sendingBy(gateway: Type<SmsGateway>): DynamicModule {
    return {
      module: SmsModule,
      imports: [AuthModule, UsersModule, DatabaseModule.forFeature([], [CreateSms1795500000010])],
      controllers: [SmsController],
      providers: [SmsCodes, SmsData, SmsEnrolment, SmsFactor, { provide: SmsGateway, useClass: gateway }],
    };
  }
}
