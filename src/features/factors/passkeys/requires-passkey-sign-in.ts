import { applyDecorators, type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { ApiProblems, NotFound } from '../../../platform/http';
import { PasskeySettings } from './passkeys.settings';

@Injectable()
class PasskeySignInGuard implements CanActivate {
  constructor(private readonly settings: PasskeySettings) {}

  /** @throws NotFound */
  canActivate(): boolean {
    if (!this.settings.signIn) throw new NotFound();
    return true;
  }
}

/** A route that is there only where a passkey alone signs in: a reauthentication proves no less than a sign-in. */
export function RequiresPasskeySignIn(): MethodDecorator {
  return applyDecorators(UseGuards(PasskeySignInGuard), ApiProblems(NotFound));
}
