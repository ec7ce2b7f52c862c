import { Injectable } from '@nestjs/common';
import { ArrayContains, ILike } from 'typeorm';
import { Database } from '../platform/database';
import { User, type UserStatus } from './user.entity';

/** Which users to look for; what is left out does not matter. */
export interface UserQuery {
  /** A part of the address. */
  readonly email?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly role?: string | undefined;
  readonly limit: number;
}

/** Looks for users as an operator does. */
@Injectable()
export class UserSearch {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async find({ email, status, role, limit }: UserQuery): Promise<User[]> {
    const part = email?.replace(/[\\%_]/g, '\\$&');
    return this.database.repository(User).find({
      where: {
        ...(part && { email: ILike(`%${part}%`) }),
        ...(status && { status }),
        ...(role && { roles: ArrayContains([role]) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
