import type { INestApplicationContext } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { printable } from '../platform/commands';
import { normaliseEmail, type User, UsersService } from '../users';

/** @param which an id or an e-mail address. @throws Error where there is no such user */
export async function namedUser(context: INestApplicationContext, which: string): Promise<User> {
  const users = context.get(UsersService, { strict: false });
  const email = normaliseEmail(which);
  const user = isUuid(which) ? await users.findById(which) : email ? await users.findByEmail(email) : null;
  if (!user) throw new Error(`There is no user ${printable(which)}.\n  → npm run cli -- users:list`);
  return user;
}
