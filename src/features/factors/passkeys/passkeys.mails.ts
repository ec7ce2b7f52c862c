import { mailType } from '../../../platform/mail';

export const PASSKEY_COUNTER_FELL = mailType({
  kind: 'passkey-counter-fell',
  texts: {
    en: {
      subject: 'A passkey of your account at {app} was refused',
      before: [
        'A sign-in to your account at {app} with a passkey was refused, because the counter of the passkey did not rise. This happens when a security key was copied.',
        'Remove the passkey from your account, and add a new one with another security key.',
      ],
      after: ['No one was signed in by this attempt.'],
    },
    de: {
      subject: 'Ein Passkey Ihres Kontos bei {app} wurde abgelehnt',
      before: [
        'Eine Anmeldung mit einem Passkey in Ihrem Konto bei {app} wurde abgelehnt, weil der Zähler des Passkeys nicht gestiegen ist. Das geschieht, wenn ein Sicherheitsschlüssel kopiert wurde.',
        'Entfernen Sie den Passkey aus Ihrem Konto, und fügen Sie einen neuen mit einem anderen Sicherheitsschlüssel hinzu.',
      ],
      after: ['Durch diesen Versuch wurde niemand angemeldet.'],
    },
  },
});
