import { Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningFinding,
} from '../doctor';
import { MailSettings } from './mail.settings';
import { MailTransport } from './mail-transport';
import { OutboxStore } from './outbox.store';

/** Longer than the first retries of a mail that a server rejects temporarily. */
const OLD_MS = 15 * 60_000;

@Injectable()
@DoctorCheck({ topic: 'mail' })
export class MailDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly transport: MailTransport,
    private readonly settings: MailSettings,
  ) {}

  async check(): Promise<Finding[]> {
    if (this.settings.byModule)
      return [okFinding('mails are delivered by a module; its service is not checked here')];
    if (this.settings.smtpUrl === undefined)
      return [
        warningFinding(`mails become files in ${this.settings.folder}`, 'SMTP_URL, where they are to arrive'),
      ];
    const problem = await this.transport.problem();
    const { host } = new URL(this.settings.smtpUrl);
    if (problem === undefined) return [okFinding(`the mail server ${host} lets us in`)];
    const advice = 'check SMTP_URL; mails wait meanwhile and are tried again';
    return [faultFinding(`the mail server ${host} does not let us in: ${problem}`, advice)];
  }
}

@Injectable()
@DoctorCheck({ topic: 'outbox', after: 'migrations' })
export class OutboxDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly store: OutboxStore,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Finding[]> {
    const { waiting, failed, oldest } = await this.store.summary(this.clock.now());
    if (waiting === 0 || oldest === null) return [okFinding('no mail waits')];
    const message = `${waiting} mails wait, ${failed} of them after a failure, the oldest since ${oldest.toISOString()}`;
    const isOld = this.clock.nowMs() - oldest.getTime() > OLD_MS;
    if (!isOld) return [okFinding(message)];
    return [warningFinding(message, 'does an instance run, and what does its log say of mails?')];
  }
}
