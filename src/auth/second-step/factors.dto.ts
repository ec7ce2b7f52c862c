import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { OneTimeToken } from '../../platform/one-time-tokens';
import type { StoredFactor } from './factor.entity';
import type { AddedFactor } from './factors.service';
import { FactorName } from './factor-name';

export class RenameFactorRequest {
  @FactorName()
  readonly name: string | null;
}

export class UndoFactorsRequest {
  @OneTimeToken()
  readonly token: string;
}

export class FactorResponse {
  @ApiProperty({ format: 'uuid', example: '01a22289-4dfd-7000-8000-2450f80f08e4' })
  readonly id: string;

  @ApiProperty({ example: 'totp' })
  readonly kind: string;

  @ApiProperty({ type: String, nullable: true, description: 'Chosen by the user', example: 'My phone' })
  readonly name: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-28T14:22:33.469Z',
  })
  readonly lastUsedAt: string | null;

  /** @param members see `FactorMember` */
  static of({ id, kind, name, createdAt, lastUsedAt }: StoredFactor, members?: object): FactorResponse {
    return {
      ...members,
      id,
      kind,
      name,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    };
  }
}

/** Documents a member that a kind of factor adds to its factors (`FactorProvider.membersOf`). Other kinds do not have it. */
export function FactorMember(options: ApiPropertyOptions): PropertyDecorator {
  return (_, name) => ApiPropertyOptional(options)(FactorResponse.prototype, name);
}

export class FactorListResponse {
  @ApiProperty({ type: [FactorResponse] })
  readonly items: readonly FactorResponse[];

  @ApiProperty({ type: 'integer', example: 10 })
  readonly recoveryCodesLeft: number;

  @ApiProperty({ description: 'Whether the account must have a factor', example: false })
  readonly required: boolean;

  @ApiProperty({
    type: 'integer',
    description: 'On how many devices the user signs in without being asked for a factor',
    example: 0,
  })
  readonly rememberedDevices: number;
}

export class AddedFactorResponse {
  @ApiProperty({ type: FactorResponse })
  readonly factor: FactorResponse;

  @ApiProperty({
    type: [String],
    nullable: true,
    description: 'With the first factor: codes for when it is lost, shown only here. Otherwise null',
    example: ['7ZK4M-0QX2B-9HTNC-W5D8R-3VJ6E'],
  })
  readonly recoveryCodes: readonly string[] | null;

  /** @param members see `FactorMember` */
  static of({ factor, recoveryCodes }: AddedFactor, members?: object): AddedFactorResponse {
    return { factor: FactorResponse.of(factor, members), recoveryCodes };
  }
}
