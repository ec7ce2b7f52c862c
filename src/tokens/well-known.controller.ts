import { Controller, Get, Header, Res, VERSION_NEUTRAL } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access';
import { ConditionalGet } from '../platform/http';
import { publicJwkOf } from './signing-key';
import { SigningKeys } from './signing-keys';
import { TokenSettings } from './token.settings';

class JsonWebKeyResponse {
  @ApiProperty({ enum: ['EC', 'RSA'] })
  readonly kty?: string;

  @ApiProperty({ description: 'RFC 7638 thumbprint', example: 'XrvR-Hr8PgLWz6eiYq2vdWSd9vo0cPSc6BYx4aQ-RWc' })
  readonly kid?: string;

  @ApiProperty({ enum: ['ES256', 'RS256', 'PS256'] })
  readonly alg?: string;

  @ApiProperty({ enum: ['sig'] })
  readonly use?: string;

  @ApiPropertyOptional({ description: 'EC: the curve', example: 'P-256' })
  readonly crv?: string;

  @ApiPropertyOptional({
    description: 'EC: x coordinate',
    example: 'yXa8xvkdFFnFYgqz1LkQELpV6gxu4xd1LrxU_Obyis4',
  })
  readonly x?: string;

  @ApiPropertyOptional({
    description: 'EC: y coordinate',
    example: 'kPJs5AIDRSMcvM9c9oxvahI2AX5cNB1KPLRIYv_j9XQ',
  })
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

class ServerMetadataResponse {
  @ApiProperty({
    format: 'uri',
    description: 'Equals the `iss` claim exactly',
    example: 'https://auth.example.com',
  })
  readonly issuer: string;

  @ApiProperty({
    format: 'uri',
    description: 'Where the public keys are',
    example: 'https://auth.example.com/.well-known/jwks.json',
  })
  readonly jwks_uri: string;

  @ApiProperty({
    type: [String],
    maxItems: 0,
    description: 'None: this is no authorization endpoint',
    example: [],
  })
  readonly response_types_supported: string[];

  @ApiProperty({ type: [String], maxItems: 0, description: 'None: this is no token endpoint', example: [] })
  readonly grant_types_supported: string[];
}

/** Lets other services verify access tokens by the issuer alone (RFC 8414). */
@ApiTags('discovery')
@Public()
@ApiExtraModels(JsonWebKeySetResponse)
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class WellKnownController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly settings: TokenSettings,
  ) {}

  @Get('jwks.json')
  @ConditionalGet()
  @Header('content-type', 'application/jwk-set+json; charset=utf-8')
  @Header('cache-control', 'public')
  @ApiOperation({
    operationId: 'getJwks',
    summary: 'Get the public signing keys',
    description:
      'Returns the public keys that verify access tokens, as a JSON Web Key Set (RFC 7517). ' +
      'Other services fetch it, cache it as `Cache-Control` allows, and select a key by the `kid` of the token. ' +
      'A new key is published before it signs, and a former key remains until its last token has expired.',
  })
  @ApiOkResponse({
    content: { 'application/jwk-set+json': { schema: { $ref: getSchemaPath(JsonWebKeySetResponse) } } },
  })
  jwks(@Res({ passthrough: true }) reply: FastifyReply): JsonWebKeySetResponse {
    reply.header('cache-control', `public, max-age=${this.settings.schedule.cacheSeconds}`);
    return { keys: this.keys.all.map(publicJwkOf) };
  }

  @Get('oauth-authorization-server')
  @ConditionalGet()
  @Header('cache-control', 'public, max-age=3600')
  @ApiOperation({
    operationId: 'getServerMetadata',
    summary: 'Get the authorization server metadata',
    description:
      'Returns the issuer and the address of its public keys (RFC 8414). ' +
      'A service that verifies access tokens needs to know the issuer alone and finds the keys here. ' +
      'The `issuer` equals the `iss` claim of every access token.',
  })
  @ApiOkResponse({ type: ServerMetadataResponse })
  metadata(): ServerMetadataResponse {
    const { issuer } = this.settings;
    return {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [],
    };
  }
}
