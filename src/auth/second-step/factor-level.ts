import { Injectable } from '@nestjs/common';
import { type Acr, type Principal, satisfiesAcr, SignInLevel, type SignInLevelProvider } from '../../access';
import { UsersService } from '../../users';

/** A user who has a factor must have used it where a recent sign-in is required. */
@Injectable()
@SignInLevel({})
export class FactorLevel implements SignInLevelProvider {
  constructor(private readonly users: UsersService) {}

  async requiredAcrOf({ userId, acr }: Principal): Promise<Acr> {
    if (satisfiesAcr(acr, 'aal2')) return 'aal2';
    return (await this.users.findById(userId))?.hasFactor ? 'aal2' : 'aal1';
  }
}
