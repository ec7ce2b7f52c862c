import { applyDecorators, HttpCode, HttpStatus } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { Public } from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems } from '../../platform/http';
import { LoginResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { CookieMode } from '../token/cookie.interceptor';
import { ApiTokens } from '../token/token-docs';
import { RunsLoginChecks } from './login-checks';

/** A public route that calls `SignInService.openFor`, with its cookies, CSRF check and documentation. */
export function OpensSession(): MethodDecorator {
  const description = 'Tokens as cookies that scripts cannot read, instead of in the body';
  const schema = { type: 'string' as const, enum: ['true', 'false'], default: 'false' };
  return applyDecorators(
    Public(),
    RunsLoginChecks(),
    CookieMode('asked'),
    HttpCode(HttpStatus.OK),
    ApiQuery({ name: 'useCookies', required: false, description, schema }),
    ApiTokens(LoginResponse, 'LoginOutcome'),
    ApiProblems(InvalidCredentials, ValidationFailed),
  );
}
