import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-local';
import { clientOf } from '../../platform/http';
import type { LoginRequest } from '../auth.dto';
import { PasswordAuthenticator, type VerifiedUser } from './password-authenticator';

/** Signing in with an address and a password. Reached through `LocalAuthGuard` only, which checks the body first. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(private readonly passwords: PasswordAuthenticator) {
    super({ usernameField: 'email', passwordField: 'password', passReqToCallback: true });
  }

  async validate(request: FastifyRequest, email: string, password: string): Promise<VerifiedUser> {
    const { deviceToken } = request.body as LoginRequest;
    return this.passwords.authenticate({ email, password, deviceToken }, clientOf(request));
  }
}
