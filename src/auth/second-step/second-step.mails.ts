import { mailType } from '../../platform/mail';

export const FIRST_FACTOR_ADDED = mailType({
  kind: 'first-factor-added',
  texts: {
    en: {
      subject: 'Your account at {app} now has a second factor',
      before: [
        'A second factor was added to your account at {app}. From now on a sign-in needs it as well as the password. All other devices were signed out.',
        'If this was not you, another person has your password. The link removes the second factor, signs out every device and sends you a link to set a new password.',
      ],
      action: 'This was not me: undo it',
      after: ['The link works until {until}. If this was you, keep your recovery codes in a safe place.'],
    },
    de: {
      subject: 'Ihr Konto bei {app} hat jetzt einen zweiten Faktor',
      before: [
        'Ihrem Konto bei {app} wurde ein zweiter Faktor hinzugefügt. Von jetzt an braucht eine Anmeldung ihn zusätzlich zum Passwort. Alle anderen Geräte wurden abgemeldet.',
        'Wenn Sie das nicht waren, hat eine andere Person Ihr Passwort. Der Link entfernt den zweiten Faktor, meldet alle Geräte ab und sendet Ihnen einen Link für ein neues Passwort.',
      ],
      action: 'Das war ich nicht: rückgängig machen',
      after: [
        'Der Link gilt bis {until}. Wenn Sie es waren, bewahren Sie Ihre Wiederherstellungscodes sicher auf.',
      ],
    },
  },
});

/** The first factor where no module sends the mail that sets a password after an undo. */
export const FIRST_FACTOR_ADDED_WITHOUT_UNDO = mailType({
  kind: 'first-factor-added-without-undo',
  texts: {
    en: {
      subject: 'Your account at {app} now has a second factor',
      before: [
        'A second factor was added to your account at {app}. From now on a sign-in needs it as well as the password. All other devices were signed out.',
      ],
      after: ['If this was not you, another person has your password: contact the support.'],
    },
    de: {
      subject: 'Ihr Konto bei {app} hat jetzt einen zweiten Faktor',
      before: [
        'Ihrem Konto bei {app} wurde ein zweiter Faktor hinzugefügt. Von jetzt an braucht eine Anmeldung ihn zusätzlich zum Passwort. Alle anderen Geräte wurden abgemeldet.',
      ],
      after: [
        'Wenn Sie das nicht waren, hat eine andere Person Ihr Passwort: wenden Sie sich an den Support.',
      ],
    },
  },
});

export const FACTOR_ADDED = mailType({
  kind: 'factor-added',
  texts: {
    en: {
      subject: 'A further factor was added to your account at {app}',
      before: [
        'A further factor for signing in was added to your account at {app}.',
        'If this was not you, sign that device out, and then remove the factor and set a new password.',
      ],
      action: 'Sign that device out',
      after: ['The link works until {until}.'],
    },
    de: {
      subject: 'Ihrem Konto bei {app} wurde ein weiterer Faktor hinzugefügt',
      before: [
        'Ihrem Konto bei {app} wurde ein weiterer Faktor für die Anmeldung hinzugefügt.',
        'Wenn Sie das nicht waren, melden Sie das Gerät ab. Entfernen Sie danach den Faktor, und setzen Sie ein neues Passwort.',
      ],
      action: 'Dieses Gerät abmelden',
      after: ['Der Link gilt bis {until}.'],
    },
  },
});

export const FACTOR_REMOVED = mailType({
  kind: 'factor-removed',
  texts: {
    en: {
      subject: 'A factor was removed from your account at {app}',
      before: [
        'A factor for signing in was removed from your account at {app}, and all other devices were signed out.',
        'If this was not you, sign that device out, and then set a new password and add the factor again.',
      ],
      action: 'Sign that device out',
      after: ['The link works until {until}.'],
    },
    de: {
      subject: 'Aus Ihrem Konto bei {app} wurde ein Faktor entfernt',
      before: [
        'Aus Ihrem Konto bei {app} wurde ein Faktor für die Anmeldung entfernt, und alle anderen Geräte wurden abgemeldet.',
        'Wenn Sie das nicht waren, melden Sie das Gerät ab. Setzen Sie danach ein neues Passwort, und fügen Sie den Faktor wieder hinzu.',
      ],
      action: 'Dieses Gerät abmelden',
      after: ['Der Link gilt bis {until}.'],
    },
  },
});

export const SECOND_STEP_FAILED = mailType({
  kind: 'second-step-failed',
  texts: {
    en: {
      subject: 'Wrong codes at a sign-in to your account at {app}',
      before: [
        'Someone entered your password at {app}, and then wrong codes of your second factor.',
        'If this was not you, another person has your password: set a new one with "forgot password".',
      ],
      after: ['No sign-in without a correct code was completed.'],
    },
    de: {
      subject: 'Falsche Codes bei einer Anmeldung in Ihrem Konto bei {app}',
      before: [
        'Jemand hat bei {app} Ihr Passwort und danach falsche Codes Ihres zweiten Faktors eingegeben.',
        'Wenn Sie das nicht waren, kennt eine andere Person Ihr Passwort: setzen Sie ein neues mit „Passwort vergessen“.',
      ],
      after: ['Ohne einen richtigen Code wurde niemand angemeldet.'],
    },
  },
});
