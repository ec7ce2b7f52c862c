import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, type Environment } from '../../src/platform/config';
import {
  MailDelivery,
  type MailDeliveryProvider,
  MailRefused,
  type OutgoingMail,
} from '../../src/platform/mail';
import { sendRequest } from '../../src/platform/outbound';

/** `MAIL_SERVICE_URL`, `MAIL_SERVICE_KEY`: the address and the API key of a service that delivers mail by HTTP. */
export class MailServiceSettings {
  readonly url: string | undefined;
  readonly key: string | undefined;

  constructor(environment: Environment) {
    this.url = environment.webUrl('MAIL_SERVICE_URL')?.href;
    this.key = environment.string('MAIL_SERVICE_KEY');
  }
}

@Injectable()
@MailDelivery()
export class MailService implements MailDeliveryProvider {
  constructor(private readonly settings: MailServiceSettings) {}

  async deliver(mail: OutgoingMail, signal: AbortSignal): Promise<void> {
    const { id, from, to, subject, text, html } = mail;
    const { status } = await sendRequest(this.settings.url ?? '', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.settings.key ?? ''}`,
        'content-type': 'application/json',
        'idempotency-key': id,
      },
      body: JSON.stringify({ from, to, subject, text, html }),
      withinMs: 30_000,
      signal,
    });
    if (status === 422) throw new MailRefused('the mail service rejected the recipient');
    if (status < 200 || status > 299) throw new Error(`the mail service answered ${status}`);
  }
}

@Module({ imports: [ConfigModule.forFeature(MailServiceSettings)], providers: [MailService] })
export class MailServiceModule {}
