import { mailType } from '../../../platform/mail';

export const RECOVERY_CODE_USED = mailType({
  kind: 'recovery-code-used',
  texts: {
    en: {
      subject: 'A recovery code of your account at {app} was used',
      before: [
        'Someone, probably you, signed in to your account at {app} with the password and a recovery code.',
        'If you have lost your second factor, add another one and get new recovery codes.',
      ],
      after: [
        'If this was not you, another person has your password and your codes: set a new password with "forgot password", and get new codes.',
      ],
    },
    de: {
      subject: 'Ein Wiederherstellungscode Ihres Kontos bei {app} wurde benutzt',
      before: [
        'Jemand, vermutlich Sie, hat sich bei {app} mit dem Passwort und einem Wiederherstellungscode in Ihrem Konto angemeldet.',
        'Wenn Sie Ihren zweiten Faktor verloren haben, fügen Sie einen anderen hinzu, und holen Sie neue Wiederherstellungscodes.',
      ],
      after: [
        'Wenn Sie das nicht waren, kennt eine andere Person Ihr Passwort und Ihre Codes: setzen Sie ein neues Passwort mit „Passwort vergessen“, und holen Sie neue Codes.',
      ],
    },
  },
});
