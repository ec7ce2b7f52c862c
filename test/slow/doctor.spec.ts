import { readdirSync } from 'node:fs';
import { Client } from 'pg';
import { Certificate } from '../support/certificate';
import { type Ended, runCommand } from '../support/command';
import { createDatabase, type TestDatabase } from '../support/database';
import { Home } from '../support/home';
import { Nginx } from '../support/nginx';
import { freePort } from '../support/process';
import { AUTH_SECRET } from '../support/settings';

interface Finding {
  readonly topic: string;
  readonly level: string;
  readonly message: string;
}

const reportOf = ({ stdout }: Ended) => JSON.parse(stdout) as { findings: Finding[]; worst: string };
const faultsOf = (ended: Ended) => reportOf(ended).findings.filter(({ level }) => level === 'fault');

describe('doctor', () => {
  let database: TestDatabase;
  let home: Home;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await createDatabase();
    home = new Home();
    env = { NODE_ENV: 'test', AUTH_SECRET, DATABASE_URL: database.url, PUBLIC_URL: 'http://127.0.0.1:9' };
  });

  afterAll(async () => {
    await home.clear();
    await database.drop();
  });

  const doctor = async (other: Record<string, string> = {}): Promise<Ended> =>
    runCommand(home.folder, { ...env, ...other }, ['doctor', '--json']);

  it('says how to bring an empty database up to date, and writes nothing', async () => {
    const empty = await createDatabase({ empty: true });
    const outside = new Client(empty.url);
    await outside.connect();
    const { code, stdout } = await runCommand(home.folder, { DATABASE_URL: empty.url }, ['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAULT +CreateUsers\d+ is not applied\n +→ npm run cli -- db:migrate/);
    const { rows } = await outside.query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`);
    expect(rows).toEqual([]);
    expect(readdirSync(home.folder)).toEqual([]);
    await outside.end();
    await empty.drop();
  });

  it('tells of a stopped application what there is to tell, and ends with 0', async () => {
    const before = new Client(database.url);
    await before.connect();
    const keys = async () => (await before.query<object>('TABLE keys')).rows;
    const stored = await keys();
    const ended = await doctor();
    expect([ended.code, reportOf(ended).worst, ended.stderr]).toEqual([0, 'warning', '']);
    const topics = new Set(reportOf(ended).findings.map(({ topic }) => topic));
    for (const topic of [
      'settings',
      'database',
      'migrations',
      'keys',
      'signing keys',
      'passwords',
      'clock',
      'feed',
    ])
      expect(topics).toContain(topic);
    expect(await keys()).toEqual(stored);
    await before.end();
  });

  it('goes on where the database cannot be reached, and prints no secret', async () => {
    const DATABASE_URL = 'postgres://app:hunter2@127.0.0.1:1/app';
    const ended = await doctor({ DATABASE_URL, SMTP_URL: 'smtp://me:hunter2@127.0.0.1:9' });
    expect(ended.code).toBe(1);
    expect(faultsOf(ended).map(({ topic }) => topic)).toEqual(expect.arrayContaining(['database', 'mail']));
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/hunter2/);
    expect(ended.stdout).not.toContain(AUTH_SECRET);
  });

  it('tells every setting that would stop the start, and goes on', async () => {
    const ended = await doctor({
      NODE_ENV: 'production',
      BCRYPT_COST: '3',
      PUBLIC_URL: 'http://auth.example.test',
    });
    const settings = faultsOf(ended).filter(({ topic }) => topic === 'settings');
    for (const name of ['BCRYPT_COST', 'PUBLIC_URL', 'SMTP_URL', 'MAIL_FROM'])
      expect(settings).toContainEqual(expect.objectContaining({ message: expect.stringContaining(name) }));
    expect(reportOf(ended).findings).toContainEqual(
      expect.objectContaining({ topic: 'migrations', level: 'ok' }),
    );
  });
});

describe('doctor, through a proxy that speaks TLS', () => {
  const HONEST = `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;`;
  let database: TestDatabase;
  let home: Home;
  let certificate: Certificate;

  beforeAll(async () => {
    database = await createDatabase();
    home = new Home();
    certificate = new Certificate(['localhost']);
  });

  afterAll(async () => {
    await home.clear();
    await database.drop();
    certificate.remove();
  });

  async function publicFaults(
    rules: string,
    { trusted = '127.0.0.9', knows = true } = {},
  ): Promise<string[]> {
    const port = await freePort();
    const nginx = await Nginx.with(
      (front) => `server { listen 127.0.0.1:${front} ssl; ssl_certificate ${certificate.file};
        ssl_certificate_key ${certificate.key}; location / { proxy_pass http://127.0.0.1:${port}; proxy_bind 127.0.0.9; ${rules} } }`,
    );
    const env = {
      NODE_ENV: 'production',
      AUTH_SECRET,
      DATABASE_URL: database.url,
      BCRYPT_COST: '10',
      HOST: '127.0.0.1',
      METRICS_PORT: String(await freePort()),
      MAIL_FROM: 'no-reply@example.test',
      SMTP_URL: 'smtp://127.0.0.1:9',
      PUBLIC_URL: `https://localhost:${nginx.port}`,
      TRUSTED_PROXIES: trusted,
      ...(knows && { NODE_EXTRA_CA_CERTS: certificate.file }),
    };
    const instance = await home.start(env, port);
    const ended = await runCommand(home.folder, env, ['doctor', '--json']);
    await instance.kill();
    await nginx.stop();
    return faultsOf(ended).flatMap(({ topic, message }) => (topic === 'public address' ? [message] : []));
  }

  it.each([
    ['nothing about one as the documentation has it', HONEST, {}, []],
    ['a certificate that is not trusted', HONEST, { knows: false }, ['certificate']],
    ['one that is not trusted', HONEST, { trusted: '10.0.0.1' }, ['does not learn']],
    ['one that says nothing of https', '', {}, ['does not learn']],
    [
      'one that passes on what clients say',
      'proxy_set_header X-Forwarded-Proto $scheme;',
      {},
      ['X-Forwarded-For of a client'],
    ],
    [
      'one that leaves the scheme to clients who name it',
      `proxy_set_header X-Forwarded-For $remote_addr; set $said $http_x_forwarded_proto;
       if ($said = '') { set $said https; } proxy_set_header X-Forwarded-Proto $said;`,
      {},
      ['passes the client’s X-Forwarded-Proto on'],
    ],
    [
      'one that takes flags from cookies',
      `${HONEST} proxy_cookie_flags ~ nosecure nosamesite;`,
      {},
      ['changes the flags of cookies'],
    ],
    [
      'one that drops headers',
      `${HONEST} proxy_hide_header Strict-Transport-Security;`,
      {},
      ['Strict-Transport-Security'],
    ],
  ])('has to say %s', async (_, rules, options, words) => {
    const faults = await publicFaults(rules, options);
    for (const word of words) expect(faults).toContainEqual(expect.stringContaining(word));
    if (words.length === 0) expect(faults).toEqual([]);
  });
});
