import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { CookieResponse } from '../auth.dto';

export const SET_COOKIE = {
  'Set-Cookie': {
    description:
      'Cookie mode: `__Host-access`, `__Host-refresh` and, at a sign-in, `__Host-device`; HttpOnly, Secure, SameSite=Strict',
    schema: { type: 'string' as const },
  },
};

/**
 * An answer with tokens: in its body as this class has them, or in cookies. `tokenType` tells which.
 * @param title what the document calls either
 */
export function ApiTokens(inBody: Type, title: string): MethodDecorator {
  const [bearer, cookie] = [getSchemaPath(inBody), getSchemaPath(CookieResponse)];
  const schema = {
    title,
    oneOf: [{ $ref: bearer }, { $ref: cookie }],
    discriminator: { propertyName: 'tokenType', mapping: { Bearer: bearer, Cookie: cookie } },
  };
  return applyDecorators(
    ApiExtraModels(inBody, CookieResponse),
    ApiOkResponse({ headers: SET_COOKIE, schema }),
  );
}
