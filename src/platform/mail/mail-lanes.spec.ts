import { setImmediate as turn } from 'node:timers/promises';
import { MailLanes } from './mail-lanes';
import type { BusyRecipients, RecipientHashes } from './outbox.store';

interface Waiting extends RecipientHashes {
  readonly to: string;
}

/** Mails in memory, each delivered once the test says so. */
class Stage {
  readonly waiting: Waiting[] = [];
  readonly delivered: string[] = [];
  readonly failures: unknown[] = [];
  afterClaim: (mail: Waiting | undefined) => Promise<void> = async () => undefined;
  private readonly ends = new Map<string, (goesOn: boolean) => void>();

  readonly lanes = new MailLanes<Waiting>({
    claim: async (busy) => {
      const mail = this.take(busy);
      await this.afterClaim(mail);
      return mail;
    },
    deliver: async ({ to }) =>
      new Promise((resolve) => {
        this.delivered.push(to);
        this.ends.set(to, resolve);
      }),
    failed: (error) => void this.failures.push(error),
  });

  post(...addresses: string[]): void {
    for (const to of addresses)
      this.waiting.push({ to, mailbox: Buffer.from(to), domain: Buffer.from(to.split('@')[1] ?? '') });
  }

  async look(): Promise<void> {
    return this.lanes.look();
  }

  async end(to: string, goesOn = true): Promise<void> {
    this.ends.get(to)?.(goesOn);
    await turn();
  }

  private take({ mailboxes, domains }: BusyRecipients): Waiting | undefined {
    const isIn = (all: readonly Buffer[], one: Buffer) => all.some((other) => other.equals(one));
    const index = this.waiting.findIndex(
      ({ mailbox, domain }) => !isIn(mailboxes, mailbox) && !isIn(domains, domain),
    );
    return index === -1 ? undefined : this.waiting.splice(index, 1)[0];
  }
}

describe('lanes', () => {
  it('go on by themselves: a delivery that never ends holds up no other', async () => {
    const stage = new Stage();
    stage.post('slow@a', '1@b', '2@c', '3@d', '4@e');
    void stage.look();
    await turn();
    expect(stage.delivered).toEqual(['slow@a', '1@b', '2@c']);
    for (const to of ['1@b', '2@c', '3@d', '4@e']) await stage.end(to);
    expect(stage.delivered).toEqual(['slow@a', '1@b', '2@c', '3@d', '4@e']);
    stage.post('later@f');
    void stage.look();
    await turn();
    expect(stage.delivered.at(-1)).toBe('later@f');
  });

  it('take one mail to a mailbox at a time, and leave one lane to other domains', async () => {
    const stage = new Stage();
    stage.post('ada@a', 'ada@a', 'bob@a', 'eve@a', 'zoe@b');
    void stage.look();
    await turn();
    expect(stage.delivered).toEqual(['ada@a', 'bob@a', 'zoe@b']);
    await stage.end('zoe@b');
    expect(stage.delivered).toHaveLength(3);
    await stage.end('bob@a');
    expect(stage.delivered.slice(3)).toEqual(['eve@a']);
    await stage.end('ada@a');
    expect(stage.delivered.slice(4)).toEqual(['ada@a']);
  });

  it('are done once every mail was tried that was there when they were asked', async () => {
    const stage = new Stage();
    stage.post('ada@a');
    let isDone = false;
    const done = stage.look().then(() => (isDone = true));
    await turn();
    stage.post('ada@a', 'bob@b');
    const later = stage.look();
    await turn();
    await stage.end('ada@a');
    await stage.end('bob@b');
    expect(isDone).toBe(false);
    await stage.end('ada@a');
    await Promise.all([done, later]);
    expect(stage.delivered).toEqual(['ada@a', 'bob@b', 'ada@a']);
  });

  it('miss no mail that comes while the only free one finds none', async () => {
    const stage = new Stage();
    stage.post('slow@a', 'slow@b');
    stage.afterClaim = async (mail) => {
      if (mail) return;
      stage.afterClaim = async () => undefined;
      // Committed and announced after the statement saw nothing, and before its answer is here.
      stage.post('ada@c');
      void stage.look();
      await turn();
    };
    void stage.look();
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(stage.delivered).toEqual(['slow@a', 'slow@b', 'ada@c']);
  });

  it('end where the next mail would fare no better, until they are asked again', async () => {
    const stage = new Stage();
    stage.post('1@a', '2@b', '3@c', '4@d');
    const done = stage.look();
    await turn();
    for (const to of ['1@a', '2@b', '3@c']) await stage.end(to, false);
    await done;
    expect(stage.delivered).toHaveLength(3);
    void stage.look();
    await turn();
    expect(stage.delivered).toHaveLength(4);
  });

  it('report once that mails cannot be claimed, and look again when they are asked', async () => {
    const stage = new Stage();
    stage.afterClaim = async () => Promise.reject(new Error('no database'));
    await stage.look();
    expect(stage.failures).toEqual([new Error('no database')]);
    stage.afterClaim = async () => undefined;
    stage.post('ada@a');
    void stage.look();
    await turn();
    expect(stage.delivered).toEqual(['ada@a']);
  });

  it('that are stopped finish what is under way and begin nothing', async () => {
    const stage = new Stage();
    stage.post('1@a', '2@b', '3@c', '4@d');
    void stage.look();
    await turn();
    const stopped = stage.lanes.stop();
    for (const to of ['1@a', '2@b', '3@c']) await stage.end(to);
    await stopped;
    await stage.look();
    expect(stage.delivered).toHaveLength(3);
  });
});
