import { mailType } from '../../platform/mail';

export const PASSWORD_WAS_CHANGED = mailType({
  kind: 'password-changed',
  texts: {
    en: {
      subject: 'Your password for {app} was changed',
      before: ['The password of your account at {app} was changed, and other devices were signed out.'],
      action: 'Sign out the device that did it',
      after: [
        'The link works until {until}.',
        'If this was not you, someone else knows your password. Reset it immediately with "forgot password", which signs out all devices.',
      ],
    },
    de: {
      subject: 'Ihr Passwort für {app} wurde geändert',
      before: ['Das Passwort Ihres Kontos bei {app} wurde geändert; andere Geräte wurden abgemeldet.'],
      action: 'Das Gerät abmelden, das es war',
      after: [
        'Der Link gilt bis {until}.',
        'Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Setzen Sie es sofort mit „Passwort vergessen“ zurück; das meldet alle Geräte ab.',
      ],
    },
  },
});

export const EMAIL_CHANGE = mailType({
  kind: 'email-change',
  texts: {
    en: {
      subject: 'Confirm your new address for {app}',
      before: ['Someone, probably you, wants to use this address for an existing account at {app}.'],
      action: 'Use this address',
      after: [
        'The link works until {until}.',
        'If this was not you, ignore this mail: nothing happens without the link.',
      ],
    },
    de: {
      subject: 'Bestätigen Sie Ihre neue Adresse für {app}',
      before: ['Jemand, vermutlich Sie, möchte diese Adresse für ein bestehendes Konto bei {app} verwenden.'],
      action: 'Diese Adresse verwenden',
      after: [
        'Der Link gilt bis {until}.',
        'Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht weiter: ohne den Link geschieht nichts.',
      ],
    },
  },
});

export const EMAIL_CHANGE_NOTICE = mailType({
  kind: 'email-change-notice',
  texts: {
    en: {
      subject: 'The address of your account at {app} is to be changed',
      before: [
        'Someone, probably you, asked to change the address of your account at {app}. If this was you, you do not need to do anything.',
        'If this was not you, recover the account: the link keeps this address, makes the password invalid and signs out all devices. You then receive a mail to set a new password.',
      ],
      action: 'This was not me',
      after: ['The link works until {until}, also after the address has been changed.'],
    },
    de: {
      subject: 'Die Adresse Ihres Kontos bei {app} soll geändert werden',
      before: [
        'Jemand, vermutlich Sie, hat für Ihr Konto bei {app} um eine andere Adresse gebeten. Waren Sie es, brauchen Sie nichts zu tun.',
        'Waren Sie es nicht, stellen Sie das Konto wieder her: der Link behält diese Adresse, macht das Passwort ungültig und meldet alle Geräte ab. Danach erhalten Sie eine Nachricht, um ein neues zu setzen.',
      ],
      action: 'Das war ich nicht',
      after: ['Der Link gilt bis {until}, auch wenn die Adresse schon geändert wurde.'],
    },
  },
});

/** In the place of EMAIL_CHANGE_NOTICE where no module sends the mail that sets a password after a recovery. */
export const EMAIL_CHANGE_NOTICE_WITHOUT_UNDO = mailType({
  kind: 'email-change-notice-without-undo',
  texts: {
    en: {
      subject: 'The address of your account at {app} is to be changed',
      before: [
        'Someone, probably you, asked to change the address of your account at {app}. If this was you, you do not need to do anything.',
      ],
      after: ['If this was not you, someone else knows your password. Change it immediately.'],
    },
    de: {
      subject: 'Die Adresse Ihres Kontos bei {app} soll geändert werden',
      before: [
        'Jemand, vermutlich Sie, hat für Ihr Konto bei {app} um eine andere Adresse gebeten. Waren Sie es, brauchen Sie nichts zu tun.',
      ],
      after: ['Waren Sie es nicht, kennt jemand Ihr Passwort. Ändern Sie es sofort.'],
    },
  },
});

export const ACCOUNT_WAS_DELETED = mailType({
  kind: 'account-deleted',
  texts: {
    en: {
      subject: 'Your account at {app} was deleted',
      before: ['Your account at {app} and the data that belonged to it were deleted.'],
      after: [
        'If this was not you, someone else knew your password: change it wherever else you use it. The account cannot be restored.',
      ],
    },
    de: {
      subject: 'Ihr Konto bei {app} wurde gelöscht',
      before: ['Ihr Konto bei {app} und die Daten, die dazu gehörten, wurden gelöscht.'],
      after: [
        'Wenn Sie das nicht waren, kannte jemand Ihr Passwort: ändern Sie es überall, wo Sie es sonst noch benutzen. Das Konto lässt sich nicht wiederherstellen.',
      ],
    },
  },
});
