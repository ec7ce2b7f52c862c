import type { MailKind, MailText } from './en';

const IGNORE =
  'Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht weiter: ohne den Link geschieht nichts.';
const CONTACT =
  'Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Setzen Sie es sofort mit „Passwort vergessen“ zurück; das meldet alle ab.';

export const de: Readonly<Record<MailKind, MailText>> = {
  'email-verification': {
    subject: 'Bestätigen Sie Ihre Adresse für {app}',
    before: ['Jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei {app} anlegen.'],
    action: 'Adresse bestätigen',
    after: [
      'Der Link gilt bis {until}.',
      `${IGNORE} Benutzen Sie ihn nicht für ein Konto, das Sie nicht wollten.`,
    ],
  },
  'address-taken': {
    subject: 'Sie haben bereits ein Konto bei {app}',
    before: [
      'Jemand, vermutlich Sie, wollte diese Adresse für ein Konto bei {app} verwenden. Es gibt schon eines damit.',
      'Melden Sie sich mit Ihrem Passwort an, oder benutzen Sie „Passwort vergessen“, wenn Sie es nicht mehr wissen.',
    ],
    after: ['Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Konto ist, wie es war.'],
  },
  'registration-not-kept': {
    subject: 'Wählen Sie ein Passwort für {app}',
    before: [
      'Mit dieser Adresse gab es eine weitere Registrierung bei {app}. Es gab schon mehrere, von denen keine bestätigt wurde. Deshalb wurde diese nicht übernommen.',
      'Wenn Sie sich registriert haben, wählen Sie hier ein Passwort. Das bestätigt die Adresse und entfernt alle früheren Registrierungen.',
    ],
    action: 'Passwort wählen',
    after: ['Der Link gilt bis {until}.', IGNORE],
  },
  'password-reset': {
    subject: 'Setzen Sie ein neues Passwort für {app}',
    before: ['Jemand, vermutlich Sie, hat bei {app} um ein neues Passwort gebeten.'],
    action: 'Neues Passwort setzen',
    after: [
      'Der Link gilt bis {until}. Wer ihn benutzt, meldet alle ab, die im Konto angemeldet sind.',
      IGNORE,
    ],
  },
  'address-restored': {
    subject: 'Ihr Konto bei {app} gehört wieder Ihnen',
    before: [
      'Sie haben sich Ihr Konto bei {app} zurückgeholt. Das Passwort gilt nicht mehr, und alle wurden abgemeldet.',
    ],
    action: 'Neues Passwort setzen',
    after: ['Der Link gilt bis {until}. Danach benutzen Sie „Passwort vergessen“.'],
  },
  'password-was-reset': {
    subject: 'Ihr Passwort für {app} wurde geändert',
    before: [
      'Das Passwort Ihres Kontos bei {app} wurde mit dem Link einer Nachricht geändert; alle Geräte wurden abgemeldet.',
    ],
    after: [
      'Wenn Sie das nicht waren, liest jemand Ihre Nachrichten. Sichern Sie Ihr Postfach und setzen Sie das Passwort dann noch einmal zurück.',
    ],
  },
  'password-changed': {
    subject: 'Ihr Passwort für {app} wurde geändert',
    before: ['Das Passwort Ihres Kontos bei {app} wurde geändert; andere Geräte wurden abgemeldet.'],
    action: 'Das Gerät abmelden, das es war',
    after: ['Der Link gilt bis {until}.', CONTACT],
  },
  'email-change': {
    subject: 'Bestätigen Sie Ihre neue Adresse für {app}',
    before: ['Jemand, vermutlich Sie, möchte diese Adresse für ein bestehendes Konto bei {app} verwenden.'],
    action: 'Diese Adresse verwenden',
    after: ['Der Link gilt bis {until}.', IGNORE],
  },
  'email-change-notice': {
    subject: 'Die Adresse Ihres Kontos bei {app} soll geändert werden',
    before: [
      'Jemand, vermutlich Sie, hat für Ihr Konto bei {app} um eine andere Adresse gebeten. Waren Sie es, brauchen Sie nichts zu tun.',
      'Waren Sie es nicht, holen Sie sich das Konto zurück: der Link behält diese Adresse, macht das Passwort ungültig und meldet alle ab. Danach erhalten Sie eine Nachricht, um ein neues zu setzen.',
    ],
    action: 'Das war ich nicht',
    after: ['Der Link gilt bis {until}, auch wenn die Adresse schon geändert wurde.'],
  },
  'new-sign-in': {
    subject: 'Neue Anmeldung in Ihrem Konto bei {app}',
    before: [
      'Jemand, vermutlich Sie, hat sich nach fehlgeschlagenen Versuchen auf einem unbekannten Gerät in Ihrem Konto bei {app} angemeldet: {at}, von {from}.',
      'Waren Sie es nicht, melden Sie dieses Gerät ab und setzen Sie dann Ihr Passwort mit „Passwort vergessen“ zurück.',
    ],
    action: 'Dieses Gerät abmelden',
    after: ['Der Link gilt bis {until}.'],
  },
  'refresh-token-reused': {
    subject: 'Ein Gerät wurde von Ihrem Konto bei {app} abgemeldet',
    before: [
      'Jemand hat einen alten Schlüssel einer Ihrer Anmeldungen bei {app} benutzt: {at}, von {from}. Er wurde vielleicht kopiert, darum wurde dieses Gerät abgemeldet.',
    ],
    after: [
      'Melden Sie sich neu an. Geschieht es öfter, lassen Sie das Gerät prüfen und setzen Sie Ihr Passwort zurück.',
    ],
  },
  invitation: {
    subject: 'Sie sind zu {app} eingeladen',
    before: ['Für Sie wurde ein Konto bei {app} angelegt. Wählen Sie ein Passwort, um es zu benutzen.'],
    action: 'Passwort wählen',
    after: [
      'Der Link gilt bis {until}.',
      'Wenn Sie das nicht erwartet haben, beachten Sie diese Nachricht nicht weiter: ohne den Link geschieht nichts.',
    ],
  },
  'account-deleted': {
    subject: 'Ihr Konto bei {app} wurde gelöscht',
    before: ['Ihr Konto bei {app} und die Daten, die dazu gehörten, wurden gelöscht.'],
    after: [
      'Wenn Sie das nicht waren, kannte jemand Ihr Passwort: ändern Sie es überall, wo Sie es sonst noch benutzen. Das Konto lässt sich nicht wiederherstellen.',
    ],
  },
};
