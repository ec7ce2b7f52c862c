import { type MailRequestType, mailType } from '../platform/mail';

/** Requested after a registration; email-verification sends the mail that fits the state of the account. */
export const REGISTRATION_MAIL: MailRequestType = { kind: 'registration' };

/** Requested where a registration was not stored, since its address has as many as are kept; password-reset sends the mail. */
export const REGISTRATION_NOT_KEPT: MailRequestType = { kind: 'registration-not-kept' };

/** Requested after a sign-in with the right password and an unverified address; email-verification sends the mail. */
export const EMAIL_VERIFICATION_REQUEST: MailRequestType = { kind: 'email-verification' };

/** Requested where an account was recovered and its password is void; password-reset sends the mail with the link to set one. */
export const ADDRESS_RESTORED: MailRequestType = { kind: 'address-restored' };

/** Requested where an operator removed the factors of a user, and the password is void; password-reset sends the mail with the link to set one. */
export const FACTORS_RESET: MailRequestType = { kind: 'factors-reset' };

/** Sent by the features that find the address of a request in use. */
export const ADDRESS_TAKEN = mailType({
  kind: 'address-taken',
  texts: {
    en: {
      subject: 'You already have an account at {app}',
      before: [
        'Someone, probably you, tried to use this address for an account at {app}. An account with this address already exists.',
        'Sign in with your password, or use "forgot password" if you do not remember it.',
      ],
      after: ['If this was not you, you do not need to do anything: your account is unchanged.'],
    },
    de: {
      subject: 'Sie haben bereits ein Konto bei {app}',
      before: [
        'Jemand, vermutlich Sie, wollte diese Adresse für ein Konto bei {app} verwenden. Es gibt bereits ein Konto mit dieser Adresse.',
        'Melden Sie sich mit Ihrem Passwort an, oder benutzen Sie „Passwort vergessen“, wenn Sie es nicht mehr wissen.',
      ],
      after: ['Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Konto ist unverändert.'],
    },
  },
});

export const NEW_SIGN_IN = mailType({
  kind: 'new-sign-in',
  texts: {
    en: {
      subject: 'New sign-in to your account at {app}',
      before: [
        'Someone, probably you, signed in to your account at {app} on an unknown device after failed attempts: {at}, from {from}.',
        'If this was not you, sign that device out, and then reset your password with "forgot password".',
      ],
      action: 'Sign that device out',
      after: ['The link works until {until}.'],
    },
    de: {
      subject: 'Neue Anmeldung in Ihrem Konto bei {app}',
      before: [
        'Jemand, vermutlich Sie, hat sich nach fehlgeschlagenen Versuchen auf einem unbekannten Gerät in Ihrem Konto bei {app} angemeldet: {at}, von {from}.',
        'Waren Sie es nicht, melden Sie dieses Gerät ab und setzen Sie dann Ihr Passwort mit „Passwort vergessen“ zurück.',
      ],
      action: 'Dieses Gerät abmelden',
      after: ['Der Link gilt bis {until}.'],
    },
  },
});

export const REFRESH_TOKEN_REUSED = mailType({
  kind: 'refresh-token-reused',
  texts: {
    en: {
      subject: 'A device was signed out of your account at {app}',
      before: [
        'An expired sign-in token of your account at {app} was used again: {at}, from {from}. It may have been copied, so that device was signed out.',
      ],
      after: [
        'Sign in again. If this happens more than once, have the device checked and reset your password.',
      ],
    },
    de: {
      subject: 'Ein Gerät wurde von Ihrem Konto bei {app} abgemeldet',
      before: [
        'Ein abgelaufenes Anmelde-Token Ihres Kontos bei {app} wurde noch einmal benutzt: {at}, von {from}. Es wurde vielleicht kopiert, darum wurde dieses Gerät abgemeldet.',
      ],
      after: [
        'Melden Sie sich neu an. Geschieht es öfter, lassen Sie das Gerät prüfen und setzen Sie Ihr Passwort zurück.',
      ],
    },
  },
});
