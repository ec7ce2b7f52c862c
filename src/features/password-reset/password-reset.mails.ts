import { ADDRESS_RESTORED, FACTORS_RESET, REGISTRATION_NOT_KEPT } from '../../auth';
import { mailType } from '../../platform/mail';

const IGNORE = 'If this was not you, ignore this mail: nothing happens without the link.';
const IGNORE_DE =
  'Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht weiter: ohne den Link geschieht nichts.';

export const PASSWORD_RESET = mailType({
  kind: 'password-reset',
  texts: {
    en: {
      subject: 'Set a new password for {app}',
      before: ['Someone, probably you, asked for a new password at {app}.'],
      action: 'Set a new password',
      after: ['The link works until {until}. Using it signs out every device of the account.', IGNORE],
    },
    de: {
      subject: 'Setzen Sie ein neues Passwort für {app}',
      before: ['Jemand, vermutlich Sie, hat bei {app} um ein neues Passwort gebeten.'],
      action: 'Neues Passwort setzen',
      after: [
        'Der Link gilt bis {until}. Wird er benutzt, werden alle Geräte des Kontos abgemeldet.',
        IGNORE_DE,
      ],
    },
  },
});

/** The link for an account that was recovered, and whose password is void. */
export const PASSWORD_RESET_AFTER_RECOVERY = mailType({
  ...ADDRESS_RESTORED,
  texts: {
    en: {
      subject: 'Your account at {app} was recovered',
      before: [
        'You recovered your account at {app}. Its password does not work any more, and all devices were signed out.',
      ],
      action: 'Set a new password',
      after: ['The link works until {until}. After that, use "forgot password".'],
    },
    de: {
      subject: 'Ihr Konto bei {app} wurde wiederhergestellt',
      before: [
        'Sie haben Ihr Konto bei {app} wiederhergestellt. Das Passwort gilt nicht mehr, und alle Geräte wurden abgemeldet.',
      ],
      action: 'Neues Passwort setzen',
      after: ['Der Link gilt bis {until}. Danach benutzen Sie „Passwort vergessen“.'],
    },
  },
});

/** The link for an account whose factors were removed by an operator, and whose password is void. */
export const PASSWORD_RESET_AFTER_FACTORS_RESET = mailType({
  ...FACTORS_RESET,
  texts: {
    en: {
      subject: 'The second factors of your account at {app} were removed',
      before: [
        'The operator of {app} removed the second factors and the recovery codes of your account. Its password does not work any more, and all devices were signed out.',
        'Set a new password, sign in, and add a second factor again.',
      ],
      action: 'Set a new password',
      after: [
        'The link works until {until}. After that, use "forgot password".',
        'If you did not ask the operator for this, contact the support.',
      ],
    },
    de: {
      subject: 'Die zweiten Faktoren Ihres Kontos bei {app} wurden entfernt',
      before: [
        'Der Betreiber von {app} hat die zweiten Faktoren und die Wiederherstellungscodes Ihres Kontos entfernt. Das Passwort gilt nicht mehr, und alle Geräte wurden abgemeldet.',
        'Setzen Sie ein neues Passwort, melden Sie sich an, und fügen Sie wieder einen zweiten Faktor hinzu.',
      ],
      action: 'Neues Passwort setzen',
      after: [
        'Der Link gilt bis {until}. Danach benutzen Sie „Passwort vergessen“.',
        'Wenn Sie den Betreiber nicht darum gebeten haben, wenden Sie sich an den Support.',
      ],
    },
  },
});

/** The link for an address with as many unverified registrations as are kept. */
export const PASSWORD_RESET_AFTER_REGISTRATION = mailType({
  ...REGISTRATION_NOT_KEPT,
  texts: {
    en: {
      subject: 'Choose a password for {app}',
      before: [
        'There was another registration at {app} with this address. Several earlier ones were not confirmed, so this one was not stored.',
        'If you signed up, choose a password here. This confirms the address and removes all earlier registrations.',
      ],
      action: 'Choose a password',
      after: ['The link works until {until}.', IGNORE],
    },
    de: {
      subject: 'Wählen Sie ein Passwort für {app}',
      before: [
        'Mit dieser Adresse gab es eine weitere Registrierung bei {app}. Mehrere frühere wurden nicht bestätigt. Deshalb wurde diese nicht gespeichert.',
        'Wenn Sie sich registriert haben, wählen Sie hier ein Passwort. Das bestätigt die Adresse und entfernt alle früheren Registrierungen.',
      ],
      action: 'Passwort wählen',
      after: ['Der Link gilt bis {until}.', IGNORE_DE],
    },
  },
});

export const PASSWORD_WAS_RESET = mailType({
  kind: 'password-was-reset',
  texts: {
    en: {
      subject: 'Your password for {app} was changed',
      before: [
        'The password of your account at {app} was changed with the link of a mail, and all devices were signed out.',
      ],
      after: [
        'If this was not you, someone else can read your mails. Secure your mailbox, and then reset the password again.',
      ],
    },
    de: {
      subject: 'Ihr Passwort für {app} wurde geändert',
      before: [
        'Das Passwort Ihres Kontos bei {app} wurde mit dem Link einer Nachricht geändert; alle Geräte wurden abgemeldet.',
      ],
      after: [
        'Wenn Sie das nicht waren, liest jemand Ihre Nachrichten. Sichern Sie Ihr Postfach und setzen Sie das Passwort dann noch einmal zurück.',
      ],
    },
  },
});
