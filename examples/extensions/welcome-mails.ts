import { Injectable, Module } from '@nestjs/common';
import { EmailVerified } from '../../src/features/email-verification';
import { OnDomainEvent } from '../../src/platform/events';
import { CurrentRequest } from '../../src/platform/http';
import { type FramedMail, Mailer, MailTextsModule, type MailTexts } from '../../src/platform/mail';
import { UsersModule, UsersService } from '../../src/users';

const TEXTS: MailTexts = {
  en: {
    // A mail type of this module …
    welcome: {
      subject: 'Welcome to {app}',
      before: ['Your address is confirmed. You are our member number {number}.'],
      after: ['Answers are on our help page.'],
    },
    // … and another text for an existing one.
    'password-reset': {
      subject: 'Choose a new password for {app}',
      before: ['You, we hope, asked for a new password.'],
      action: 'Choose a password',
      after: ['The link works until {until}.'],
    },
  },
  fr: {
    welcome: {
      subject: 'Bienvenue chez {app}',
      before: ['Votre adresse est confirmée. Vous êtes notre membre numéro {number}.'],
      after: ['Notre page d’aide répond à vos questions.'],
    },
  },
};

/** Builds the HTML part of every mail from content that is already escaped. */
function frame({ language, subject, body }: FramedMail): string {
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="font-family: sans-serif">
<h1>Acme</h1>
${body}
</body>
</html>
`;
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
    // This transaction verifies the address.
    await this.mailer.send({ email: user.email, emailVerified: true }, { kind: 'welcome', language, facts });
  }
}

@Module({
  imports: [UsersModule, MailTextsModule.of({ texts: TEXTS, frame })],
  providers: [WelcomeMails],
})
export class WelcomeMailsModule {}
