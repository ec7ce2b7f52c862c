import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Controller, Delete, Get, HttpCode, HttpStatus, Injectable, Module, Post } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { Strategy } from 'passport';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import {
  AuthenticatedBy,
  type Caller,
  CurrentUser,
  DescribesStrategy,
  PermissionsModule,
  RequirePermissions,
  RequireRecentSignIn,
} from '../../src/access';
import { CredentialsRevoked, AuthModule, PrincipalLoader } from '../../src/auth';
import { Clock } from '../../src/platform/clock';
import { Database, DatabaseModule, SqlMigration } from '../../src/platform/database';
import { DomainError } from '../../src/platform/errors';
import { OnDomainEvent } from '../../src/platform/events';
import { NotFound } from '../../src/platform/http';
import { PersonalData, type PersonalDataProvider } from '../../src/platform/personal-data';

/** One key for each user. Only its digest is stored; SHA-256 is enough for 256 random bits. */
@Entity('api_keys')
class ApiKey {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @Column('bytea')
  digest: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}

class CreateApiKeys1795500000000 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE api_keys (
      user_id uuid PRIMARY KEY REFERENCES users (id),
      digest bytea NOT NULL UNIQUE,
      created_at timestamptz NOT NULL
    )`,
  ];
}

class InvalidApiKey extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-api-key';

  constructor() {
    super('This API key is not valid.');
  }
}

const HEADER = 'x-api-key';

@Injectable()
@DescribesStrategy('api-key', { type: 'apiKey', in: 'header', name: HEADER }, InvalidApiKey)
export class ApiKeyStrategy extends PassportStrategy(Strategy, 'api-key') {
  constructor(
    private readonly database: Database,
    private readonly principals: PrincipalLoader,
  ) {
    super();
  }

  override authenticate({ headers }: Pick<IncomingMessage, 'headers'>): void {
    const key = headers[HEADER];
    if (typeof key !== 'string') return this.fail();
    this.validate(key).then(
      (caller) => this.success(caller),
      (error: unknown) => this.error(error),
    );
  }

  async validate(key: string): Promise<Caller> {
    const found = await this.database.repository(ApiKey).findOneBy({ digest: digestOf(key) });
    const caller = found && (await this.principals.find(found.userId));
    if (!caller) throw new InvalidApiKey();
    return caller;
  }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

@Injectable()
@PersonalData({ section: 'apiKeys', tables: ['api_keys'] })
class ApiKeys implements PersonalDataProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async renew(userId: string): Promise<string> {
    const key = `ak_${randomBytes(32).toString('base64url')}`;
    const row = { userId, digest: digestOf(key), createdAt: this.clock.now() };
    await this.database.repository(ApiKey).upsert(row, ['userId']);
    return key;
  }

  async revoke(userId: string): Promise<boolean> {
    return (await this.database.repository(ApiKey).delete({ userId })).affected === 1;
  }

  /** An attacker who had access to the account may have created the key. */
  @OnDomainEvent(CredentialsRevoked, 'inTransaction')
  async void({ userId }: CredentialsRevoked): Promise<void> {
    await this.revoke(userId);
  }

  async export(userId: string): Promise<unknown> {
    return this.database.repository(ApiKey).find({ where: { userId }, select: { createdAt: true } });
  }

  async erase(userId: string): Promise<void> {
    await this.revoke(userId);
  }
}

class ApiKeyResponse {
  @ApiProperty({ description: 'Shown this once' })
  readonly key: string;
}

@Controller({ path: 'api-key', version: '1' })
class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @RequireRecentSignIn()
  @Post()
  @ApiCreatedResponse({ type: ApiKeyResponse })
  async renew(@CurrentUser() { userId }: Caller): Promise<ApiKeyResponse> {
    return { key: await this.keys.renew(userId) };
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  async revoke(@CurrentUser() { userId }: Caller): Promise<void> {
    if (!(await this.keys.revoke(userId))) throw new NotFound();
  }
}

@AuthenticatedBy('api-key')
@RequirePermissions('reports:read')
@Controller({ path: 'reports', version: '1' })
class ReportsController {
  @Get()
  @ApiOkResponse({ type: [String] })
  list(@CurrentUser() { userId }: Caller): string[] {
    return [`report of ${userId}`];
  }

  @AuthenticatedBy('jwt', 'api-key')
  @Post()
  @ApiCreatedResponse({ type: String })
  create(@CurrentUser() { userId }: Caller): string {
    return `report for ${userId}`;
  }
}

@Module({
  imports: [
    AuthModule,
    DatabaseModule.forFeature([ApiKey], [CreateApiKeys1795500000000]),
    PermissionsModule.of({ 'reports:read': 'Read reports' }),
  ],
  controllers: [ApiKeysController, ReportsController],
  providers: [ApiKeys, ApiKeyStrategy],
})
export class ApiKeysModule {}
