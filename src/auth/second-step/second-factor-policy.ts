import { Injectable } from '@nestjs/common';
import { FactorKinds } from './factor-kinds';

/** Who must have a second factor: no user, the holders of some roles, or every user. */
export const FACTOR_REQUIREMENTS = ['none', 'roles', 'all'] as const;

export type FactorRequirement = (typeof FACTOR_REQUIREMENTS)[number];

/** The rules of second factors that front ends need before a user has signed in. */
export interface SecondFactorRules {
  /** The most convenient first. */
  readonly kinds: readonly string[];
  readonly required: FactorRequirement;
  readonly graceDays: number;
  readonly rememberDeviceDays: number;
}

/** What is in force for one user. */
export interface OwnSecondFactorRules {
  /** Whether a factor is mandatory for the user. */
  readonly required: boolean;
  /** On how many devices the user signs in without being asked for a factor. */
  readonly rememberedDevices: number;
}

/** Which rules of second factors are in force. No factor is mandatory and no device is remembered: a factor is asked of every user who has one. */
@Injectable()
export class SecondFactorPolicy {
  constructor(private readonly kinds: FactorKinds) {}

  get published(): SecondFactorRules {
    const kinds = this.kinds.all().map(({ options }) => options.kind);
    return { kinds, required: 'none', graceDays: 0, rememberDeviceDays: 0 };
  }

  async rulesFor(_userId: string): Promise<OwnSecondFactorRules> {
    return { required: false, rememberedDevices: 0 };
  }
}
