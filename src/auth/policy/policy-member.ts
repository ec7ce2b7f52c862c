import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { extensionDecorator } from '../../platform/extensions';
import { PolicyResponse } from './policy.dto';

/** Adds a member to `GET /v1/auth/policy`. */
export interface PolicyMemberProvider {
  read(): object;
}

export interface PolicyMemberOptions {
  /** The name of the member. */
  readonly name: string;
  /** Its documented class. */
  readonly type: Type;
}

export const RegisteredPolicyMember = extensionDecorator<PolicyMemberOptions>();

/** Makes a provider a `PolicyMemberProvider`, and documents its member. */
export function PolicyMember(options: PolicyMemberOptions): ClassDecorator {
  ApiProperty({ type: options.type })(PolicyResponse.prototype, options.name);
  return RegisteredPolicyMember(options);
}
