import { Injectable, Module } from '@nestjs/common';
import {
  MailDelivery,
  type MailDeliveryProvider,
  Mailer,
  type OutgoingMail,
} from '../../../src/platform/mail';
import { startApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { NOTICE_MAIL } from '../../support/mail-types';
import { newAddress } from '../../support/registrations';

const PASSWORD_RESET = { kind: 'password-reset' };

/** Tries that have begun, the first first. */
const begun: { readonly to: string; readonly atMs: number; readonly end: () => void }[] = [];
/** Who decides when a delivery ends; otherwise it ends at once. */
let isHeld: (to: string) => boolean = () => false;

@Injectable()
@MailDelivery()
class SlowDelivery implements MailDeliveryProvider {
  async deliver({ to }: OutgoingMail): Promise<void> {
    await new Promise<void>((resolve) => {
      begun.push({ to, atMs: performance.now(), end: resolve });
      if (!isHeld(to)) resolve();
    });
  }
}

@Module({ providers: [SlowDelivery] })
class SlowDeliveryModule {}

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ modules: [SlowDeliveryModule], env: { SMTP_URL: 'module:' } });
});

afterEach(async () => {
  isHeld = () => false;
  for (const { end } of begun) end();
  await app.mailsSent();
  begun.length = 0;
});

afterAll(async () => app.close());

const triesTo = (to: string) => begun.filter((tried) => tried.to === to);
const beginsFor = async (to: string, times = 1) =>
  eventually(async () => expect(triesTo(to)).toHaveLength(times));
const forgot = async (email: string) =>
  expect((await app.api.post('/v1/auth/password/forgot', { json: { email } })).status).toBe(202);
const notice = async (...addresses: string[]) => {
  for (const email of addresses)
    await app.nest.get(Mailer).send({ email, emailVerified: true }, NOTICE_MAIL, { language: null });
};

describe('slow deliveries', () => {
  it('to a known address delay no later mail, so that the delay does not reveal whether an account exists', async () => {
    const [target, own] = [(await app.someone()).email, (await app.someone()).email];
    isHeld = (to) => to === target;
    for (let asked = 0; asked < 5; asked++) await forgot(target);
    await forgot(own);
    await beginsFor(own);
    // Either may have begun first.
    await beginsFor(target);
    expect(begun.map(({ to }) => to).toSorted()).toEqual([own, target].toSorted());
  });

  it.each([
    ['known', async () => (await app.someone()).email],
    ['unknown', async () => newAddress()],
  ])('delay other mails equally where they were requested for %s addresses', async (_, someone) => {
    const lastsMs = 120;
    const [first, own] = [(await app.someone()).email, (await app.someone()).email];
    isHeld = () => true;
    const ending = setInterval(() => {
      for (const { atMs, end } of begun) if (performance.now() - atMs >= lastsMs) end();
    }, 5);
    await forgot(first);
    await app.mailsSent();
    const targets = await Promise.all([someone(), someone(), someone()]);
    await app.database.transaction(async () => {
      for (const address of [...targets, own])
        await app.nest.get(Mailer).request(PASSWORD_RESET, { address, language: null });
    });
    const askedAtMs = performance.now();
    await app.mailsSent();
    clearInterval(ending);
    expect((triesTo(own)[0]?.atMs ?? 0) - askedAtMs).toBeGreaterThanOrEqual(lastsMs - 1);
  });

  it('to one mailbox or one domain leave a lane to the others', async () => {
    isHeld = (to) => to.endsWith('slow.example');
    await notice('ada@slow.example', 'ada@slow.example', 'bob@a.slow.example', 'eve@b.slow.example');
    await notice('1@other.example', '2@other.example', '3@other.example');
    await beginsFor('3@other.example');
    expect(begun.filter(({ to }) => to.endsWith('slow.example'))).toHaveLength(2);
    triesTo('ada@slow.example')[0]?.end();
    await beginsFor('ada@slow.example', 2);
    expect(triesTo('eve@b.slow.example')).toEqual([]);
    triesTo('bob@a.slow.example')[0]?.end();
    await beginsFor('eve@b.slow.example');
  });
});

describe('a flood of requests for one mailbox', () => {
  it('leaves at most its limit of them waiting, and delays no mail that the owner needs', async () => {
    const address = newAddress();
    const undone = app.database.transaction(async () => {
      for (let asked = 0; asked < 9; asked++)
        await app.nest.get(Mailer).request(PASSWORD_RESET, { address, language: null });
      await app.nest.get(Mailer).request(PASSWORD_RESET, { address, language: null, isUnlimited: true });
      await notice(address);
      const rows = await app.query('SELECT kind, mailbox FROM mails');
      expect(rows).toHaveLength(7);
      expect(new Set(rows.map(({ mailbox }: { mailbox?: Buffer }) => mailbox?.toString('hex'))).size).toBe(1);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
  });
});
