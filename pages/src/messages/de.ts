import type { Messages } from './en.ts';

/** The strings of the pages in German. */
export const messages = {
  name: 'Deutsch',
  common: {
    skip: 'Zum Inhalt',
    language: 'Sprache',
    loading: 'Einen Moment …',
    next: 'Weiter',
    cancel: 'Abbrechen',
    back: 'Zur Anmeldung',
    optional: 'freiwillig',
    showPassword: 'Passwort anzeigen',
    hidePassword: 'Passwort verbergen',
    save: 'Speichern',
    saved: 'Gespeichert.',
    copy: 'Kopieren',
    copied: 'Kopiert.',
  },
  fields: {
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    newPassword: 'Neues Passwort',
    currentPassword: 'Bisheriges Passwort',
    displayName: 'Name',
    totp: 'Code Ihrer Authenticator-App',
    recoveryCode: 'Wiederherstellungscode',
  },
  rules: {
    title: 'Ihr Passwort:',
    length: (min, typed) =>
      typed === 0 ? `Mindestens ${min} Zeichen` : `Mindestens ${min} Zeichen (bisher ${typed})`,
    longest: (max) => `Höchstens ${max} Zeichen`,
    personal: 'Nicht aus Ihrer Adresse, Ihrem Namen oder dem Namen dieser Seite gebildet',
    guessable: 'Nicht verbreitet oder leicht zu erraten. Gut sind mehrere Wörter ohne Zusammenhang.',
    met: 'erfüllt',
    unmet: 'noch nicht erfüllt',
  },
  signIn: {
    passkey: 'Mit Passkey anmelden',
    title: 'Anmelden',
    submit: 'Anmelden',
    forgot: 'Passwort vergessen?',
    noAccount: 'Noch kein Konto?',
    signUp: 'Konto anlegen',
    ended: 'Sie wurden abgemeldet. Melden Sie sich wieder an, um fortzufahren.',
    signedOut: 'Sie sind abgemeldet.',
    tooLong:
      'Der zweite Schritt hat zu lange gedauert, oder zu viele Codes waren falsch. Melden Sie sich erneut an.',
  },
  secondStep: {
    passkey: 'Verwenden Sie Ihren Passkey, um fortzufahren.',
    usePasskey: 'Passkey verwenden',
    title: 'Zweiter Schritt',
    totp: 'Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie für dieses Konto anzeigt.',
    recoveryCode: 'Geben Sie einen Ihrer Wiederherstellungscodes ein. Jeder gilt einmal.',
    useTotp: 'Authenticator-App verwenden',
    useRecoveryCode: 'Wiederherstellungscode verwenden',
    submit: 'Weiter',
    lost: 'Gerät verloren?',
    lostHelp:
      'Ein Wiederherstellungscode ersetzt es. Haben Sie keinen mehr, kann ein Administrator dieser Seite Ihre zweiten Faktoren entfernen.',
    unknown:
      'Ihr Konto braucht einen zweiten Faktor, den diese Seite nicht anbietet. Wenden Sie sich an einen Administrator dieser Seite.',
  },
  signUp: {
    title: 'Konto anlegen',
    submit: 'Konto anlegen',
    haveAccount: 'Schon ein Konto?',
    signIn: 'Anmelden',
    closed: 'Konten gibt es nur auf Einladung. Wenden Sie sich an einen Administrator dieser Seite.',
  },
  checkMail: {
    title: 'Sehen Sie in Ihr Postfach',
    verification: (email) =>
      `Wir haben eine E-Mail an ${email} gesendet. Öffnen Sie den Link darin, um Ihre Adresse zu bestätigen. Haben Sie schon ein Konto, steht es in der E-Mail.`,
    reset: (email) =>
      `Gehört ${email} zu einem Konto, ist eine E-Mail mit einem Link für ein neues Passwort unterwegs.`,
    emailChange: (email) =>
      `Wir haben eine E-Mail an ${email} gesendet. Öffnen Sie den Link darin, um die neue Adresse zu bestätigen.`,
    hint: 'Nach einigen Minuten noch nichts da? Sehen Sie im Spam-Ordner nach, und prüfen Sie die Adresse.',
    resend: 'E-Mail erneut senden',
    resent: 'Erneut gesendet.',
    mayContinue: 'Sie können sich schon jetzt anmelden.',
    again: 'Andere Adresse verwenden',
  },
  forgot: {
    title: 'Passwort vergessen?',
    intro:
      'Geben Sie die Adresse Ihres Kontos ein. Sie erhalten eine E-Mail mit einem Link für ein neues Passwort.',
    submit: 'Link senden',
  },
  reset: {
    title: 'Neues Passwort setzen',
    intro: 'Mit dem neuen Passwort werden alle Geräte abgemeldet.',
    submit: 'Passwort setzen',
    done: 'Ihr Passwort ist gesetzt',
    doneText: 'Melden Sie sich mit dem neuen Passwort an. Alle anderen Geräte wurden abgemeldet.',
  },
  verify: {
    title: 'Adresse bestätigen',
    intro: 'Ein Klick, und Ihre E-Mail-Adresse ist bestätigt.',
    submit: 'Adresse bestätigen',
    passwordNeeded:
      'Diese Adresse wurde mehrmals registriert. Geben Sie das Passwort ein, das Sie gewählt haben, damit nur Ihre Registrierung gilt.',
    done: 'Ihre Adresse ist bestätigt',
    doneText: 'Sie können sich jetzt anmelden.',
  },
  confirmEmail: {
    title: 'Neue Adresse bestätigen',
    intro: 'Danach melden Sie sich mit der neuen Adresse an.',
    submit: 'Adresse bestätigen',
    done: 'Ihre neue Adresse ist bestätigt',
    doneText: 'Melden Sie sich von jetzt an mit dieser Adresse an.',
  },
  undoEmail: {
    title: 'Änderung der Adresse rückgängig machen',
    intro:
      'Ihre bisherige Adresse gilt wieder, Ihr Passwort wird ungültig, und alle Geräte werden abgemeldet. Sie erhalten eine E-Mail, um ein neues Passwort zu setzen.',
    submit: 'Rückgängig machen',
    done: 'Die Änderung ist rückgängig gemacht',
    doneText:
      'Alle Geräte sind abgemeldet. Eine E-Mail mit einem Link für ein neues Passwort ging an Ihre bisherige Adresse.',
  },
  undoFactors: {
    title: 'Zweiten Faktor entfernen',
    intro:
      'Verwenden Sie dies, wenn Sie den zweiten Faktor nicht selbst eingerichtet haben. Alle zweiten Faktoren werden entfernt, Ihre Adresse gilt wieder, Ihr Passwort wird ungültig, und alle Geräte werden abgemeldet.',
    submit: 'Entfernen und Konto sichern',
    done: 'Ihr Konto ist gesichert',
    doneText: 'Alle Geräte sind abgemeldet. Sie erhalten eine E-Mail mit einem Link für ein neues Passwort.',
  },
  endSession: {
    title: 'Dieses Gerät abmelden',
    intro:
      'Dies beendet die Sitzung, um die es in der E-Mail geht. Kennen Sie sie nicht, ändern Sie auch Ihr Passwort.',
    submit: 'Sitzung beenden',
    done: 'Die Sitzung ist beendet',
    doneText: 'Das Gerät ist abgemeldet. Kannten Sie es nicht, setzen Sie ein neues Passwort.',
    reset: 'Neues Passwort setzen',
  },
  invitation: {
    title: 'Einladung annehmen',
    intro: 'Wählen Sie ein Passwort, um Ihr Konto anzulegen.',
    submit: 'Konto anlegen',
    done: 'Ihr Konto ist bereit',
    doneText: 'Melden Sie sich mit Ihrer E-Mail-Adresse und dem gewählten Passwort an.',
  },
  link: {
    expired: 'Dieser Link gilt nicht mehr',
    expiredText: 'Er ist abgelaufen oder wurde schon verwendet. Jeder Link gilt einmal.',
    newReset: 'Neuen Link anfordern',
    unknown: 'Diese Seite kennt den Link nicht',
    unknownText:
      'Öffnen Sie den Link erneut aus der E-Mail. Hilft das nicht, fordern Sie eine neue E-Mail an.',
  },
  account: {
    title: 'Ihr Konto',
    signOut: 'Abmelden',
    profile: 'Profil',
    unverified: 'nicht bestätigt',
    changeEmail: 'Adresse ändern',
    changeEmailIntro: 'Wir senden einen Link an die neue Adresse. Bis Sie ihn öffnen, ändert sich nichts.',
    newEmail: 'Neue E-Mail-Adresse',
    password: 'Passwort',
    changePassword: 'Passwort ändern',
    changePasswordIntro: 'Ihre anderen Geräte werden abgemeldet.',
    passwordChanged: 'Ihr Passwort ist geändert. Ihre anderen Geräte sind abgemeldet.',
    sessions: 'Geräte',
    sessionsIntro: 'Hier sind Sie angemeldet.',
    thisDevice: 'Dieses Gerät',
    lastUsed: (when) => `Zuletzt verwendet ${when}`,
    end: 'Abmelden',
    endLabel: (device) => `${device} abmelden`,
    endOthers: 'Alle anderen Geräte abmelden',
    ended: 'Abgemeldet.',
    unknownDevice: 'Unbekanntes Gerät',
    onSystem: (browser, system) => `${browser} unter ${system}`,
  },
  factors: {
    title: 'Zweiter Faktor',
    none: 'Fügen Sie einen hinzu, damit Ihr Passwort allein zum Anmelden nicht genügt.',
    kinds: { totp: 'Authenticator-App', passkey: 'Passkey' },
    other: 'Zweiter Faktor',
    added: (when) => `Hinzugefügt ${when}`,
    codesLeft: (count) =>
      count === 1 ? 'Noch 1 Wiederherstellungscode' : `Noch ${count} Wiederherstellungscodes`,
    add: 'Authenticator-App hinzufügen',
    addPasskey: 'Passkey hinzufügen',
    remove: 'Entfernen',
    removeLabel: (name) => `${name} entfernen`,
    removed: 'Entfernt.',
    newCodes: 'Neue Wiederherstellungscodes',
    setUp: 'Authenticator-App einrichten',
    scan: 'Scannen Sie diesen Code mit der App, oder geben Sie dort den Schlüssel ein.',
    qrCode: 'QR-Code für Ihre Authenticator-App',
    key: 'Schlüssel',
    enterCode: 'Geben Sie dann den Code ein, den die App anzeigt.',
    submit: 'App hinzufügen',
    codesTitle: 'Wiederherstellungscodes aufbewahren',
    codesText:
      'Mit jedem Code können Sie sich einmal anmelden, falls Sie Ihr Gerät verlieren. Sie werden nur jetzt angezeigt: Drucken Sie sie aus, oder legen Sie sie in einem Passwort-Manager ab.',
    stored: 'Ich habe sie aufbewahrt',
    unverified:
      'Bestätigen Sie zuerst Ihre E-Mail-Adresse. Danach können Sie einen zweiten Faktor hinzufügen.',
  },
  confirm: {
    title: 'Bestätigen Sie, dass Sie es sind',
    intro: 'Geben Sie Ihr Passwort erneut ein, um fortzufahren.',
    submit: 'Bestätigen',
  },
  errors: {
    unreachable:
      'Der Server ist nicht erreichbar. Ihre Eingaben sind noch da. Prüfen Sie Ihre Verbindung, und versuchen Sie es erneut.',
    retry: 'Erneut versuchen',
    limited: (wait) => `Zu viele Versuche. Versuchen Sie es in ${wait} erneut.`,
    seconds: (count) => (count === 1 ? '1 Sekunde' : `${count} Sekunden`),
    minutes: (count) => (count === 1 ? '1 Minute' : `${count} Minuten`),
    busy: 'Der Server ist ausgelastet. Warten Sie einen Moment, und versuchen Sie es erneut.',
    failed: (id) =>
      `Bei uns ist etwas schiefgegangen. Versuchen Sie es später erneut. Bleibt es dabei, nennen Sie uns diese Nummer: ${id}`,
    refused: 'Das ist zurzeit nicht möglich.',
    known: 'Dieses Gerät hat schon einen Passkey dieses Kontos.',
    domain: 'Unter dieser Adresse funktionieren Passkeys nicht.',
    fields: 'Prüfen Sie die markierten Felder.',
    codes: {
      'invalid-credentials':
        'Die E-Mail-Adresse oder das Passwort ist falsch, oder das Konto ist gesperrt oder nicht bestätigt.',
      'invalid-factor': 'Dieser Code ist falsch oder wurde schon verwendet. Warten Sie auf den nächsten.',
      'invalid-recovery-code':
        'Dieser Code ist falsch oder wurde schon verwendet. Prüfen Sie ihn, oder nehmen Sie einen anderen.',
      'unknown-passkey':
        'Das Konto oder der Passkey wurde gelöscht. Verwenden Sie einen anderen oder Ihr Passwort.',
      'wrong-password': 'Das Passwort ist falsch.',
      'registration-closed': 'Konten gibt es nur auf Einladung.',
      conflict: 'Das hat sich inzwischen geändert. Laden Sie die Seite neu.',
    },
    violations: {
      required: 'Füllen Sie dieses Feld aus.',
      'email-address': 'Geben Sie eine E-Mail-Adresse ein, etwa ada@example.com.',
      'totp-code': 'Geben Sie die sechs Ziffern ein, die die App anzeigt.',
      'password-too-long': 'Dieses Passwort ist zu lang.',
      'password-common':
        'Dieses Passwort steht in einer Liste verbreiteter Passwörter. Wählen Sie ein anderes, etwa mehrere Wörter ohne Zusammenhang.',
      'password-guessable':
        'Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes, etwa mehrere Wörter ohne Zusammenhang.',
      'password-personal':
        'Dieses Passwort besteht aus Ihrer Adresse, Ihrem Namen oder dem Namen dieser Seite.',
      'password-breached':
        'Dieses Passwort steht in einer Liste von Passwörtern aus Datenlecks. Wählen Sie ein anderes.',
    },
    tooShort: (min) => `Geben Sie mindestens ${min} Zeichen ein.`,
    invalid: 'Dieser Wert wird nicht angenommen. Prüfen Sie ihn.',
  },
} satisfies Messages;
