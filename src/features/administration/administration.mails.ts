import { mailType } from '../../platform/mail';

export const INVITATION_MAIL = mailType({
  kind: 'invitation',
  texts: {
    en: {
      subject: 'You are invited to {app}',
      before: ['An account at {app} was created for you. Choose a password to use it.'],
      action: 'Choose a password',
      after: [
        'The link works until {until}.',
        'If you did not expect this, ignore this mail: nothing happens without the link.',
      ],
    },
    de: {
      subject: 'Sie sind zu {app} eingeladen',
      before: ['Für Sie wurde ein Konto bei {app} angelegt. Wählen Sie ein Passwort, um es zu benutzen.'],
      action: 'Passwort wählen',
      after: [
        'Der Link gilt bis {until}.',
        'Wenn Sie das nicht erwartet haben, beachten Sie diese Nachricht nicht weiter: ohne den Link geschieht nichts.',
      ],
    },
  },
});
