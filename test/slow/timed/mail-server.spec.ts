import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { FickleServer } from '../../support/fickle-server';
import { expectTimes } from '../../support/timing';

const REQUESTS = 15;

describe('a mail server that accepts connections and says nothing', () => {
  let server: FickleServer;
  let waiting: TestApp;
  let usual: TestApp;

  beforeAll(async () => {
    server = await FickleServer.start();
    server.trouble = { step: 'connection' };
    waiting = await startApp({ env: { SMTP_URL: server.inbox.url } });
    usual = await startApp();
  });

  afterAll(async () => {
    const closing = waiting.close();
    await server.inbox.close();
    await Promise.all([closing, usual.close()]);
  });

  async function medianMs(
    { api }: TestApp,
    path: string,
    emailOf: (turn: number) => string,
  ): Promise<number> {
    const times: number[] = [];
    for (let turn = 0; turn < REQUESTS; turn++) {
      const json = { email: emailOf(turn), ...(path === 'register' && { password: PASSWORD }) };
      const begun = performance.now();
      expect((await api.post(`/v1/auth/${path}`, { json })).status).toBe(202);
      times.push(performance.now() - begun);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(REQUESTS / 2)] ?? 0;
  }

  it.each(['register', 'password/forgot', 'email/verify/resend'])('delays no answer of %s', async (path) => {
    let round = 0;
    const measure = async () => {
      round++;
      const emailOf = (turn: number) => `${turn}.${round}@${path.replaceAll('/', '-')}.example.com`;
      const { email } = await waiting.registers();
      return {
        usual: await medianMs(usual, path, emailOf),
        'to many addresses': await medianMs(waiting, path, emailOf),
        'to one address': await medianMs(waiting, path, () => email),
      };
    };
    await expectTimes(`${path} while the mail server says nothing, ms`, measure, (figures) => {
      const mostMs = 3 * figures.usual + 50;
      expect(figures['to many addresses']).toBeLessThan(mostMs);
      expect(figures['to one address']).toBeLessThan(mostMs);
    });
  });
});
