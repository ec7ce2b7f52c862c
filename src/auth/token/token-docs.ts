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
 * Documents a response with tokens either in its body or in cookies, discriminated by `tokenType`.
 * @param inBody the class of the response with tokens in its body
 * @param title the name of the union in the document
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
