import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { Public } from '../access';
import { publicJwkOf } from './signing-key';
import { SigningKeys } from './signing-keys';

class JsonWebKeyResponse {
  @ApiProperty({ enum: ['EC', 'RSA'] })
  readonly kty?: string;

  @ApiProperty({ description: 'RFC 7638 thumbprint' })
  readonly kid?: string;

  @ApiProperty({ enum: ['ES256', 'RS256', 'PS256'] })
  readonly alg?: string;

  @ApiProperty({ enum: ['sig'] })
  readonly use?: string;

  @ApiPropertyOptional({ description: 'EC: the curve' })
  readonly crv?: string;

  @ApiPropertyOptional({ description: 'EC: x coordinate' })
  readonly x?: string;

  @ApiPropertyOptional({ description: 'EC: y coordinate' })
  readonly y?: string;

  @ApiPropertyOptional({ description: 'RSA: modulus' })
  readonly n?: string;

  @ApiPropertyOptional({ description: 'RSA: public exponent' })
  readonly e?: string;
}

class JsonWebKeySetResponse {
  @ApiProperty({ type: [JsonWebKeyResponse] })
  readonly keys: JsonWebKeyResponse[];
}

@ApiTags('discovery')
@Public()
@ApiExtraModels(JsonWebKeySetResponse)
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class WellKnownController {
  constructor(private readonly keys: SigningKeys) {}

  @Get('jwks.json')
  @Header('content-type', 'application/jwk-set+json; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'getJwks',
    summary: 'The public keys that verify our access tokens (RFC 7517)',
  })
  @ApiOkResponse({
    content: { 'application/jwk-set+json': { schema: { $ref: getSchemaPath(JsonWebKeySetResponse) } } },
  })
  jwks(): JsonWebKeySetResponse {
    return { keys: this.keys.all.map(publicJwkOf) };
  }
}
