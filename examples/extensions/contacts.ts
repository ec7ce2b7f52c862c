import { Body, Controller, Get, Injectable, Logger, Module, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { CurrentUser, type Principal } from '../../src/access';
import { AccountDeleted } from '../../src/auth';
import { EmailVerified } from '../../src/features/email-verification';
import { Database, DatabaseModule, SqlMigration } from '../../src/platform/database';
import { OnDomainEvent } from '../../src/platform/events';
import { ApiProblems, NotFound } from '../../src/platform/http';
import { PersonalData, type PersonalDataProvider } from '../../src/platform/personal-data';

/** Contact data of a user, in a table of this module; never add a column to `users`. */
@Entity('contacts')
class Contact {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @Column('text', { nullable: true })
  phone: string | null;
}

class CreateContacts1795500000001 extends SqlMigration {
  override readonly statements = [
    'CREATE TABLE contacts (user_id uuid PRIMARY KEY REFERENCES users (id), phone text)',
  ];
}

class ContactRequest {
  @Matches(/^\+[1-9]\d{6,14}$/, { message: 'This must be a telephone number as +441632960961.' })
  @ApiProperty({ example: '+441632960961' })
  readonly phone: string;
}

class ContactResponse {
  @ApiProperty({ type: String, nullable: true, example: '+441632960961' })
  readonly phone: string | null;
}

/** Stands for an external system that may be unavailable. */
@Injectable()
export class CustomerRelations {
  readonly forgotten: string[] = [];
  isAway = false;

  async forget(userId: string): Promise<void> {
    if (this.isAway) throw new Error('the external system is unavailable');
    this.forgotten.push(userId);
  }
}

@Injectable()
@PersonalData({ section: 'contact', tables: ['contacts'] })
class Contacts implements PersonalDataProvider {
  private readonly logger = new Logger('Contacts');

  constructor(
    private readonly database: Database,
    private readonly relations: CustomerRelations,
  ) {}

  async find(userId: string): Promise<Contact | null> {
    return this.database.repository(Contact).findOneBy({ userId });
  }

  async save(contact: Contact): Promise<void> {
    await this.database.repository(Contact).upsert(contact, ['userId']);
  }

  /** Part of the transaction of the verification: a failure here rolls both back. */
  @OnDomainEvent(EmailVerified, 'inTransaction')
  async begin({ facts: { subjectId } }: EmailVerified): Promise<void> {
    if (subjectId) await this.database.repository(Contact).upsert({ userId: subjectId }, ['userId']);
  }

  /** Runs after the commit; a failure here is logged and rolls nothing back. */
  @OnDomainEvent(AccountDeleted, 'afterCommit')
  async forget({ facts: { subjectId } }: AccountDeleted): Promise<void> {
    if (subjectId) await this.relations.forget(subjectId);
    this.logger.log('a contact was deleted in the other system');
  }

  async export(userId: string): Promise<unknown> {
    return this.find(userId);
  }

  async erase(userId: string): Promise<void> {
    await this.database.repository(Contact).delete({ userId });
  }
}

@Controller({ path: 'contact', version: '1' })
class ContactController {
  constructor(private readonly contacts: Contacts) {}

  @Get()
  @ApiOperation({
    operationId: 'getContact',
    summary: 'Get own contact data',
    description: 'Returns the phone number of the signed-in user.',
  })
  @ApiOkResponse({ type: ContactResponse })
  @ApiProblems(NotFound)
  async get(@CurrentUser() { userId }: Principal): Promise<ContactResponse> {
    const contact = await this.contacts.find(userId);
    if (!contact) throw new NotFound();
    return { phone: contact.phone };
  }

  @Put()
  @ApiOperation({
    operationId: 'setContact',
    summary: 'Set own contact data',
    description: 'Stores the phone number of the signed-in user.',
  })
  @ApiOkResponse({ type: ContactResponse })
  async set(
    @CurrentUser() { userId }: Principal,
    @Body() { phone }: ContactRequest,
  ): Promise<ContactResponse> {
    await this.contacts.save({ userId, phone });
    return { phone };
  }
}

@Module({
  imports: [DatabaseModule.forFeature([Contact], [CreateContacts1795500000001])],
  controllers: [ContactController],
  providers: [Contacts, CustomerRelations],
})
export class ContactsModule {}
