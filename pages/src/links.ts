import { dataOf } from '../../client/src/index.ts';
import { api } from './api.ts';
import type { Values } from './parts/form.tsx';

/** What the links of mails are for, by the beginning of their token. `redeem` is called by a click only. */
export const LINKS = {
  ev_: {
    page: 'verify',
    redeem: async (token: string, { password }: Values) =>
      dataOf(api.POST('/v1/auth/email/verify', { body: { token, ...(password && { password }) } })),
  },
  pr_: {
    page: 'reset',
    redeem: async (token: string, { newPassword = '' }: Values) =>
      dataOf(api.POST('/v1/auth/password/reset', { body: { token, newPassword } })),
  },
  ec_: {
    page: 'confirmEmail',
    redeem: async (token: string) => dataOf(api.POST('/v1/auth/email/change/confirm', { body: { token } })),
  },
  eu_: {
    page: 'undoEmail',
    redeem: async (token: string) => dataOf(api.POST('/v1/auth/email/change/undo', { body: { token } })),
  },
  fu_: {
    page: 'undoFactors',
    redeem: async (token: string) => dataOf(api.POST('/v1/auth/factors/undo', { body: { token } })),
  },
  se_: {
    page: 'endSession',
    redeem: async (token: string) => dataOf(api.POST('/v1/auth/sessions/end', { body: { token } })),
  },
  in_: {
    page: 'invitation',
    redeem: async (token: string, { password = '', displayName = '' }: Values) => {
      const named = displayName.trim() === '' ? {} : { displayName };
      return dataOf(api.POST('/v1/auth/invitations/accept', { body: { token, password, ...named } }));
    },
  },
} as const;

export type MailLink = (typeof LINKS)[keyof typeof LINKS];

export function linkOf(token: string): MailLink | undefined {
  const prefix = token.slice(0, 3);
  const isKnown = Object.hasOwn(LINKS, prefix) && /^[\w-]+$/.test(token);
  return isKnown ? LINKS[prefix as keyof typeof LINKS] : undefined;
}
