import { mailType } from '../../platform/mail';

export const EMAIL_VERIFICATION = mailType({
  kind: 'email-verification',
  texts: {
    en: {
      subject: 'Confirm your address for {app}',
      before: ['Someone, probably you, signed up at {app} with this address.'],
      action: 'Confirm this address',
      after: [
        'The link works until {until}.',
        'If this was not you, ignore this mail: nothing happens without the link. Do not use it for an account that you did not ask for.',
      ],
    },
    de: {
      subject: 'Bestätigen Sie Ihre Adresse für {app}',
      before: ['Jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei {app} anlegen.'],
      action: 'Adresse bestätigen',
      after: [
        'Der Link gilt bis {until}.',
        'Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht weiter: ohne den Link geschieht nichts. Benutzen Sie ihn nicht für ein Konto, das Sie nicht wollten.',
      ],
    },
  },
});
