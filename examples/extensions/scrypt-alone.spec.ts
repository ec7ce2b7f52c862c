import { Injectable, Module } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { hashSync } from 'bcryptjs';
import {
  type PasswordAlgorithm,
  PasswordHashing,
  PasswordPolicy,
  PasswordSettings,
  PasswordsService,
} from '../../src/passwords';
import { BcryptPool, BcryptThreads } from '../../src/passwords/bcrypt-pool';
import { Credential } from '../../src/passwords/credential.entity';
import { ConfiguredAlgorithm } from '../../src/passwords/password-algorithm';
import { PasswordHasher } from '../../src/passwords/password-hasher';
import { ConfigModule } from '../../src/platform/config';
import { DatabaseModule } from '../../src/platform/database';
import { CurrentRequest } from '../../src/platform/http';
import { KeyringModule } from '../../src/platform/keyring';
import { PASSWORD } from '../../test/support/app';
import { startContext } from '../../test/support/context';
import { createDatabase, type TestDatabase } from '../../test/support/database';
import { Scrypt, ScryptModule, ScryptSettings } from './scrypt';

const env = { SCRYPT_COST: '10' };

/** The module of a team without bcrypt hashes. */
@Injectable()
@PasswordHashing({ withoutBcrypt: true })
class ScryptAlone extends Scrypt implements PasswordAlgorithm {}

@Module({ imports: [ConfigModule.forFeature(ScryptSettings)], providers: [ScryptAlone] })
class ScryptAloneModule {}

/** The password module without the application. */
@Module({
  imports: [
    KeyringModule,
    ConfigModule.forFeature(PasswordSettings),
    DatabaseModule.forFeature([Credential], []),
  ],
  providers: [
    ConfiguredAlgorithm,
    BcryptThreads,
    BcryptPool,
    CurrentRequest,
    PasswordHasher,
    PasswordsService,
    // Which passwords are accepted is no matter here.
    { provide: PasswordPolicy, useValue: {} },
  ],
})
class HashingModule {}

describe('passwords hashed by a module alone', () => {
  let database: TestDatabase;
  let before: TestingModule;
  let alone: TestingModule;

  beforeAll(async () => {
    database = await createDatabase();
    before = await startContext({ imports: [HashingModule], databaseUrl: database.url });
    const imports = [HashingModule, ScryptAloneModule];
    alone = await startContext({ imports, databaseUrl: database.url, env });
  });

  afterAll(async () => {
    await before.close();
    await alone.close();
    await database.drop();
  });

  it('do not use bcrypt', async () => {
    const compares = jest.spyOn(alone.get(BcryptPool), 'compare');
    const isRight = async (hash: string) => (await alone.get(PasswordHasher).check(PASSWORD, hash)).matches;
    expect(await isRight(await alone.get(PasswordsService).hash(PASSWORD))).toBe(true);
    expect(await isRight(await before.get(PasswordsService).hash(PASSWORD))).toBe(false);
    expect(compares).not.toHaveBeenCalled();
  });

  it('cannot be imported as bcrypt hashes', async () => {
    const stored = alone.get(PasswordsService).storeAll(new Map([['id', hashSync('a', 4)]]));
    await expect(stored).rejects.toThrow('Hashes of bcrypt are not accepted');
  });
});

describe('two modules that hash passwords', () => {
  it('stop the start', async () => {
    @Module({ imports: [ScryptModule, ScryptAloneModule], providers: [ConfiguredAlgorithm] })
    class BothModule {}
    await expect(startContext({ imports: [BothModule], env })).rejects.toThrow(
      /Scrypt and ScryptAlone are both @PasswordHashing\(\)\.\n {2}→/,
    );
  });
});
