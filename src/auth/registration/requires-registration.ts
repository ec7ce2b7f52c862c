import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiProblems } from '../../platform/http';
import { RegistrationClosed } from '../auth.errors';
import { type RegistrationMode, RegistrationSettings } from './registration.settings';

const MODES = Symbol('registration modes');

/** Runs before the body is validated, so a closed registration does the same for every body. */
@Injectable()
class RegistrationGuard implements CanActivate {
  constructor(
    private readonly settings: RegistrationSettings,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): true {
    const modes = this.reflector.get<readonly RegistrationMode[]>(MODES, context.getHandler());
    if (modes.includes(this.settings.mode)) return true;
    throw modes.includes('invited') ? RegistrationClosed.ofInvitations() : new RegistrationClosed();
  }
}

/** Refuses the route unless `REGISTRATION` is one of these; the module of the route imports `AuthModule`. */
export function RequiresRegistration(...modes: readonly RegistrationMode[]): MethodDecorator {
  return applyDecorators(
    SetMetadata(MODES, modes),
    UseGuards(RegistrationGuard),
    ApiProblems(RegistrationClosed),
  );
}
