import { type Instance, type Instances, startInstances } from '../kit';
import { SmtpSink, tokenIn } from '../support/smtp-sink';
import { type TotpOwner, TotpOwners } from '../support/totp-owners';

const NEW = 'quite another 7 lantern juggles otters';
const SUBJECT = 'The second factors of your account at Gatehouse were removed';

describe('the commands for the factors of a user, beside a running instance', () => {
  let sink: SmtpSink;
  let instances: Instances;
  let instance: Instance;
  let owner: TotpOwner;

  beforeAll(async () => {
    sink = await SmtpSink.start();
    const started = await startInstances(1, { SMTP_URL: sink.url });
    instances = started.instances;
    instance = started.all[0] as Instance;
    owner = await new TotpOwners(instances).enrolled(instance);
  });

  afterAll(async () => {
    await instances.clear();
    await sink.close();
  });

  const logIn = async (password: string) =>
    instance.api.post<{ code: string }>('/v1/auth/login', { json: { email: owner.email, password } });

  it('list kinds and dates, and nothing of what the factors are made of', async () => {
    const { code, stdout } = await instances.run(['users:factors', owner.email, '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        id: expect.any(String),
        email: owner.email,
        factors: [{ kind: 'totp', createdAt: expect.any(String), lastUsedAt: null }],
        recoveryCodesLeft: 10,
      },
    ]);
    const listed = await instances.run(['users:factors', owner.email]);
    expect(listed.stdout).toMatch(/^totp +added \S+ +never used\n10 recovery codes are left\.\n$/);
  });

  it.each([
    ['no reason', [], 2],
    ['an empty reason', ['--reason', ''], 2],
    ['a reason with control characters', ['--reason', 'a\u0007b'], 2],
  ])('remove nothing with %s', async (_, args, expected) => {
    const { code } = await instances.run(['users:factors:reset', owner.email, ...args]);
    expect(code).toBe(expected);
    expect((await logIn(owner.password)).body.code).toBe('mfa-required');
  });

  it('reset them: the password is void, and the mail sets another one', async () => {
    const args = ['users:factors:reset', owner.email, '--reason', 'lost the phone'];
    const { code, stdout } = await instances.run(args);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`1 factors of ${owner.email} were removed.`)]);
    expect((await logIn(owner.password)).body.code).toBe('invalid-credentials');
    const mail = await sink.next(owner.email, { subject: SUBJECT, withinMs: 20_000 });
    const json = { token: tokenIn(mail), newPassword: NEW };
    expect((await instance.api.post('/v1/auth/password/reset', { json })).status).toBe(204);
    expect((await logIn(NEW)).status).toBe(200);
    const again = await instances.run(args);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no second factor')]);
  });
});
