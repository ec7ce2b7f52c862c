import { offerPasskeys } from '../../client/examples/passkeys.ts';
import { type Client, createClient } from '../../client/src/index.ts';
import { createPasskeys, type Passkeys } from '../../client/src/passkeys.ts';
import { eventually } from '../kit';
import { FakeBrowser } from '../support/fake-browser';

const OPTIONS = '/v1/auth/passkeys/options';
const LOGIN = '/v1/auth/passkeys/login';
const FACTORS = '/v1/auth/factors';
const POLICY = '/v1/auth/policy';
const REQUEST_OPTIONS = { challenge: 'Y2hhbGxlbmdl', timeout: 1, rpId: 'localhost', allowCredentials: [] };
const TOKENS = {
  tokenType: 'Bearer',
  accessToken: 'at',
  refreshToken: 'rt_x',
  expiresIn: 900,
  deviceToken: 'dt_x',
};
const PASSKEY = { id: '1', kind: 'passkey', credentialId: 'Yw', userHandle: 'dQ' };

type Reply = [status: number, body: unknown] | Error;

describe('passkeys in a page', () => {
  let browser: FakeBrowser;
  let client: Client;
  let passkeys: Passkeys;
  let replies: Record<string, Reply>;
  let sent: { path: string; body: Record<string, unknown> }[];

  beforeEach(() => {
    browser = new FakeBrowser();
    browser.install();
    sent = [];
    replies = {
      [OPTIONS]: [200, REQUEST_OPTIONS],
      [LOGIN]: [200, TOKENS],
      [POLICY]: [200, { passkeys: { rpId: 'localhost', signIn: true } }],
      [FACTORS]: [200, { items: [PASSKEY, { id: '2', kind: 'totp' }], recoveryCodesLeft: 10 }],
      [`${FACTORS}/1`]: [204, undefined],
    };
    client = createClient({ baseUrl: 'http://localhost:3000', mode: 'bearer', fetch: reply });
    passkeys = createPasskeys(client);
  });

  afterEach(() => {
    browser.remove();
    jest.restoreAllMocks();
  });

  const reply = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const text = await request.text();
    sent.push({ path, body: text === '' ? {} : JSON.parse(text) });
    const found = replies[path] ?? [404, problem('not-found')];
    if (found instanceof Error) throw found;
    const [status, body] = found;
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    return new Response(body === undefined ? null : JSON.stringify(body), {
      status,
      headers: { 'content-type': type },
    });
  };
  const problem = (code: string) => ({ type: `urn:${code}`, code, detail: 'No.', title: code, status: 401 });
  const count = (path: string) => sent.filter((each) => each.path === path).length;
  const nameOf = async (work: Promise<unknown>) =>
    work.then(() => 'done').catch((error: Error) => error.name);
  /** Skips the pauses of the offer; the others are short. */
  const hurry = (renewAfterMs: number) => {
    const { setTimeout: later } = globalThis;
    const hurried = (work: () => void, ms = 0) =>
      later(work, ms === 240_000 ? renewAfterMs : Math.min(ms, 50));
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(hurried);
  };

  it('sign in', async () => {
    const signing = passkeys.signIn();
    expect((await browser.prompted(1)).isAutofill).toBe(false);
    browser.choose();
    await signing;
    expect(client.session.state).toBe('signed-in');
    expect(sent.map(({ path }) => path)).toEqual([OPTIONS, LOGIN]);
    expect(sent[1]?.body).toMatchObject({ credential: { id: 'Y3JlZGVudGlhbA', type: 'public-key' } });
  });

  it('throw NotAllowedError where the user closes the prompt, and can be asked for again', async () => {
    const signing = nameOf(passkeys.signIn());
    await browser.prompted(1);
    browser.cancel();
    expect(await signing).toBe('NotAllowedError');
    const again = passkeys.signIn();
    await browser.prompted(2);
    browser.choose();
    await again;
    expect(client.session.state).toBe('signed-in');
  });

  it('open one prompt at a time: the last one wins, whatever the clients', async () => {
    const other = createPasskeys(
      createClient({ baseUrl: 'http://localhost:3000', mode: 'bearer', fetch: reply }),
    );
    const first = nameOf(passkeys.signIn());
    await browser.prompted(1);
    const rest = [nameOf(other.signIn()), nameOf(passkeys.signIn()), nameOf(other.signIn())];
    await browser.prompted(2);
    browser.choose();
    expect([await first, ...(await Promise.all(rest))]).toEqual([
      'AbortError',
      'AbortError',
      'AbortError',
      'done',
    ]);
    expect(browser.prompts).toBe(2);
  });

  it('open no prompt, or close it, once the signal aborts', async () => {
    const signal = AbortSignal.abort();
    expect([await nameOf(passkeys.signIn({ signal })), sent]).toEqual(['AbortError', []]);
    const controller = new AbortController();
    const early = nameOf(passkeys.signIn({ signal: controller.signal }));
    controller.abort();
    expect([await early, browser.prompts]).toEqual(['AbortError', 0]);
    const closing = new AbortController();
    const late = nameOf(passkeys.signIn({ signal: closing.signal }));
    await browser.prompted(1);
    closing.abort();
    expect([await late, browser.open, client.session.state]).toEqual(['AbortError', undefined, 'signed-out']);
  });

  it('are offered by the example of docs/clients.md', async () => {
    const shown: string[] = [];
    let press = async () => {};
    const form = {
      onPasskeyButton: (act: () => Promise<void>) => (press = act),
      show: (text: string) => shown.push(text),
    };
    const stop = offerPasskeys(passkeys, form);
    await browser.prompted(1);
    for (const [replied, said] of [
      [[401, problem('invalid-credentials')], 'No.'],
      [new TypeError('fetch failed'), 'The server cannot be reached.'],
    ] as [Reply, string][]) {
      replies[LOGIN] = replied;
      const before = browser.prompts;
      const pressed = press();
      await eventually(async () => expect(browser.open?.isAutofill).toBe(false));
      expect(browser.prompts).toBe(before + 1);
      browser.choose();
      await pressed;
      expect(shown.at(-1)).toBe(said);
      await eventually(async () => expect(browser.open?.isAutofill).toBe(true));
    }
    const closed = press();
    await eventually(async () => expect(browser.open?.isAutofill).toBe(false));
    Object.defineProperty(globalThis, 'location', { value: { hostname: '127.0.0.1' }, configurable: true });
    browser.open?.reject(new DOMException('This is an invalid domain.', 'SecurityError'));
    await closed;
    Reflect.deleteProperty(globalThis, 'location');
    const cancelled = press();
    await eventually(async () => expect(browser.open?.isAutofill).toBe(false));
    browser.cancel();
    await cancelled;
    expect(shown.slice(2)).toEqual(['Passkeys do not work at this address.', '']);
    stop();
  });

  it('tell the browser of a passkey that no account has', async () => {
    replies[LOGIN] = [401, problem('unknown-passkey')];
    const signing = passkeys.signIn();
    await browser.prompted(1);
    browser.choose();
    await expect(signing).rejects.toMatchObject({ code: 'unknown-passkey' });
    expect(browser.signals).toEqual([{ rpId: 'localhost', credentialId: 'Y3JlZGVudGlhbA' }]);
  });

  it('tell the browser which ones are accepted, and which one was removed', async () => {
    const list = await passkeys.listFactors();
    expect(list.items).toHaveLength(2);
    await passkeys.removeFactor(list.items[0] as never);
    expect(browser.signals).toEqual([
      { rpId: 'localhost', userId: 'dQ', allAcceptedCredentialIds: ['Yw'] },
      { rpId: 'localhost', credentialId: 'Yw' },
    ]);
    expect(count(POLICY)).toBe(1);
  });

  it.each([
    ['the browser has no signals', {}],
    [
      'the browser refuses them',
      { signalAllAcceptedCredentials: async () => Promise.reject(new Error('no')) },
    ],
  ])('list factors where %s', async (_, signals) => {
    Object.assign(globalThis, { PublicKeyCredential: signals });
    expect((await passkeys.listFactors()).items).toHaveLength(2);
  });

  it('complete a second step', async () => {
    const required = { mfaToken: 'mf_x', expiresIn: 600, factors: ['passkey'], enrolment: [] };
    replies['/v1/auth/login'] = [401, { ...problem('mfa-required'), ...required }];
    replies['/v1/auth/mfa/passkey'] = [200, TOKENS];
    const step = await client.session.signIn({ email: 'ada@example.com', password: 'x' });
    const completing = step && passkeys.complete(step);
    await browser.prompted(1);
    browser.choose();
    await completing;
    expect(sent.slice(1)).toMatchObject([
      { path: OPTIONS, body: { mfaToken: 'mf_x' } },
      { path: '/v1/auth/mfa/passkey', body: { mfaToken: 'mf_x', credential: { type: 'public-key' } } },
    ]);
    expect(client.session.state).toBe('signed-in');
  });

  describe('in the autofill of a form', () => {
    let errors: unknown[];
    let stop: () => void;

    beforeEach(() => {
      errors = [];
      stop = () => {};
    });

    afterEach(() => stop());

    const offer = () => (stop = passkeys.offerInAutofill((error) => errors.push(error)));

    it('sign in', async () => {
      offer();
      expect((await browser.prompted(1)).isAutofill).toBe(true);
      browser.choose();
      await eventually(async () => expect(client.session.state).toBe('signed-in'));
      expect([browser.prompts, errors]).toEqual([1, []]);
    });

    it('make way for a prompt, and return after it', async () => {
      offer();
      await browser.prompted(1);
      const signing = nameOf(passkeys.signIn());
      expect((await browser.prompted(2)).isAutofill).toBe(false);
      browser.cancel();
      expect(await signing).toBe('NotAllowedError');
      expect((await browser.prompted(3)).isAutofill).toBe(true);
      expect(errors).toEqual([]);
    });

    it('end with the form, also while the browser is asked whether it has autofill', async () => {
      offer();
      await browser.prompted(1);
      stop();
      await eventually(async () => expect(browser.open).toBeUndefined());
      let answer: (isAvailable: boolean) => void = () => undefined;
      const asked: Promise<boolean>[] = [];
      browser.autofill = async () => {
        // The library asks again, just before it opens the prompt.
        if (asked.push(new Promise((resolve) => (answer = resolve))) === 1) return true;
        return asked[1] as Promise<boolean>;
      };
      offer();
      await eventually(async () => expect(asked).toHaveLength(2));
      stop();
      answer(true);
      await eventually(async () => expect([browser.prompts, browser.open]).toEqual([2, undefined]));
      await passkeys.signIn({ signal: AbortSignal.abort() }).catch(() => undefined);
      expect([browser.prompts, errors]).toEqual([2, []]);
    });

    it('are offered with a new challenge before the former one expires', async () => {
      hurry(30);
      offer();
      await browser.prompted(3);
      stop();
      expect(count(OPTIONS)).toBeGreaterThanOrEqual(3);
      expect(errors).toEqual([]);
    });

    it('remain on offer after a failure, which is reported', async () => {
      hurry(10_000);
      replies[LOGIN] = [401, problem('unknown-passkey')];
      offer();
      await browser.prompted(1);
      browser.choose();
      await browser.prompted(2);
      replies[OPTIONS] = new TypeError('fetch failed');
      browser.cancel();
      await eventually(async () =>
        expect(errors).toMatchObject([{ code: 'unknown-passkey' }, { name: 'TypeError' }]),
      );
      [replies[OPTIONS], replies[LOGIN]] = [
        [200, REQUEST_OPTIONS],
        [200, TOKENS],
      ];
      await browser.prompted(3);
      browser.choose();
      await eventually(async () => expect(client.session.state).toBe('signed-in'));
      expect(browser.signals).toHaveLength(1);
    });

    it('are not offered, and no request is sent, in a browser without them', async () => {
      browser.autofill = async () => false;
      offer();
      Object.assign(globalThis, { PublicKeyCredential: undefined });
      Reflect.deleteProperty(globalThis, 'PublicKeyCredential');
      const none = createPasskeys(client);
      expect(none.isSupported).toBe(false);
      none.offerInAutofill((error) => errors.push(error))();
      await new Promise(setImmediate);
      expect([sent, browser.prompts, errors]).toEqual([[], 0, []]);
    });

    it('report what will not change once, and end', async () => {
      hurry(10_000);
      offer();
      const open = await browser.prompted(1);
      open.reject(new DOMException('Not supported.', 'ConstraintError'));
      await eventually(async () => expect(errors).toMatchObject([{ name: 'ConstraintError' }]));
      expect(browser.prompts).toBe(1);
    });
  });
});
