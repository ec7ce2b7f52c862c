import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigModule } from '@nestjs/config';
import { AccessSettings } from '../../../src/access';
import { Environment } from '../../../src/platform/config';
import { readVariables } from '../../../src/platform/config/environment-files';
import { ALL_SETTINGS } from '../../support/all-settings';
import { AUTH_SECRET, PRODUCTION } from '../../support/settings';
import { TEAM_SETTINGS } from '../../support/team-settings';

const ROOT = join(__dirname, '../../..');

/** What a start finds in a folder with this `.env`. */
function faultsWith(envFile: string, processVariables = {}): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-committed-'));
  try {
    writeFileSync(join(folder, '.env'), envFile);
    const { variables, committed } = readVariables(
      { ...TEAM_SETTINGS, AUTH_SECRET, ...processVariables },
      folder,
    );
    return new Environment(variables, committed).findFaults(ALL_SETTINGS).map(({ name }) => name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the committed .env', () => {
  const before = { ...process.env };

  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it('weakens nothing in production where @nestjs/config has copied it into the environment', async () => {
    Object.assign(process.env, PRODUCTION);
    await ConfigModule.forRoot({ envFilePath: join(ROOT, '.env') });
    // The attack is real: that module loaded the file.
    expect(process.env.PORT).toBe('3000');
    const { variables } = readVariables(process.env, ROOT);
    const environment = new Environment(variables).validated(ALL_SETTINGS);
    expect(environment.mode).toBe('production');
    expect(environment.get(AccessSettings).requireVerifiedEmail).toBe(true);
  });

  it('starts development as it is', () => {
    const { variables, committed } = readVariables({ ...TEAM_SETTINGS, AUTH_SECRET }, ROOT);
    expect(new Environment(variables, committed).findFaults(ALL_SETTINGS)).toEqual([]);
  });

  it.each([
    'NODE_ENV=development',
    'REQUIRE_VERIFIED_EMAIL=false',
    'RATE_LIMITS=off',
    'BCRYPT_COST=10',
    'PASSWORD_MIN_LENGTH=8',
    'ACCESS_TOKEN_MINUTES=60',
    'CORS_ORIGINS=http://localhost:5173',
    `AUTH_SECRET=${AUTH_SECRET}`,
    'DATABASE_URL=postgres://localhost/app',
  ])('stops the start where it sets what could weaken production: %s', (line) => {
    expect(faultsWith(`${line}\n`)).toEqual([line.split('=', 1)[0]]);
  });

  it('may set the settings of a team, and what is harmless', () => {
    expect(faultsWith('BILLING_CURRENCY=EUR\nPORT=8080\nAPP_NAME=Acme\nLOG_LEVEL=debug\n')).toEqual([]);
  });
});

describe('an unverified address', () => {
  const mayWith = (NODE_ENV: string) =>
    !new Environment({ ...PRODUCTION, NODE_ENV }).get(AccessSettings).requireVerifiedEmail;

  it.each([
    ['development', true],
    ['production', false],
    ['test', false],
  ])('may sign in, unless a setting says otherwise, in %s: %s', (mode, may) => {
    expect(mayWith(mode)).toBe(may);
  });
});
