import { Injectable, Module } from '@nestjs/common';
import { EmailVerified } from '../../src/features/email-verification';
import { OnDomainEvent } from '../../src/platform/events';
import { CurrentRequest } from '../../src/platform/http';
import { type FramedMail, Mailer, MailTextsModule, type MailTexts, mailType } from '../../src/platform/mail';
import { UsersModule, UsersService } from '../../src/users';

// A mail type of the module. Its texts name facts, and `sample` has an example of each …
const WELCOME = mailType({
  kind: 'welcome',
  sample: { number: '0042' },
  texts: {
    en: {
      subject: 'Welcome to {app}',
      before: ['Your address is confirmed. You are our member number {number}.'],
      after: ['Answers are on our help page.'],
    },
    fr: {
      subject: 'Bienvenue chez {app}',
      before: ['Votre adresse est confirmée. Vous êtes notre membre numéro {number}.'],
      after: ['Notre page d’aide répond à vos questions.'],
    },
  },
});

// … and another wording for a mail of Gatehouse.
const TEXTS: MailTexts = {
  en: {
    'password-reset': {
      subject: 'Choose a new password for {app}',
      before: ['You, we hope, asked for a new password.'],
      action: 'Choose a password',
      after: ['The link works until {until}.'],
    },
  },
};

/** Makes the HTML part of every mail; all values are escaped. */
function frame({ kind, language, appName, subject, before, action, link, after }: FramedMail): string {
  const button = link === undefined ? '' : `<p><a href="${link}" style="font-size: 1.5em">${action}</a></p>`;
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body class="${kind}" style="font-family: sans-serif">
<h1>${appName}</h1>
${before}
${button}
${after}
</body>
</html>
`;
}

/** Makes the text part of every mail. */
function textFrame({ appName, body }: FramedMail): string {
  return `${body}\n\n-- \n${appName}, Example Street 1, Ankara\n`;
}

@Injectable()
class WelcomeMails {
  constructor(
    private readonly users: UsersService,
    private readonly mailer: Mailer,
    private readonly request: CurrentRequest,
  ) {}

  /** Queues the mail in the transaction that verifies the address, so that both happen or neither. */
  @OnDomainEvent(EmailVerified, 'inTransaction')
  async welcome({ facts: { subjectId } }: EmailVerified): Promise<void> {
    const user = subjectId && (await this.users.findById(subjectId));
    if (!user) return;
    const { language } = this.request.context;
    const facts = { number: user.id.slice(-4) };
    // The address becomes verified in this transaction.
    await this.mailer.send({ email: user.email, emailVerified: true }, WELCOME, { language, facts });
  }
}

@Module({
  imports: [UsersModule, MailTextsModule.of({ types: [WELCOME], texts: TEXTS, frame, textFrame })],
  providers: [WelcomeMails],
})
export class WelcomeMailsModule {}
