import type { Environment } from '../../platform/config';

/** Who may become a user: everyone, only users whom an administrator invites, or only those of a command. */
export const REGISTRATION_MODES = ['open', 'invited', 'off'] as const;

export type RegistrationMode = (typeof REGISTRATION_MODES)[number];

export class RegistrationSettings {
  readonly mode: RegistrationMode;

  constructor(environment: Environment) {
    this.mode = environment.oneOf('REGISTRATION', REGISTRATION_MODES, 'open');
  }
}
