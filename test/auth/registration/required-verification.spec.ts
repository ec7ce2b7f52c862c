import { startApp } from '../../support/app';

const WITHOUT = { withoutModules: ['EmailVerificationModule'] };

describe('without a module that verifies addresses', () => {
  it('REQUIRE_VERIFIED_EMAIL=true stops the start with one sentence and what to do', async () => {
    await expect(startApp({ ...WITHOUT, env: { REQUIRE_VERIFIED_EMAIL: 'true' } })).rejects.toThrow(
      /^REQUIRE_VERIFIED_EMAIL is true, and no module sends the mail that verifies an address\.\n {2}→ keep EmailVerificationModule in src\/core\.module\.ts, or set REQUIRE_VERIFIED_EMAIL=false$/,
    );
  });

  it('the application starts with REQUIRE_VERIFIED_EMAIL=false, registers accounts and drops the mail', async () => {
    const log: string[] = [];
    const app = await startApp({ ...WITHOUT, smtp: true, env: { LOG_LEVEL: 'warn' }, log });
    try {
      const person = await app.registers();
      expect((await app.signIn(person)).accessToken).not.toBe('');
      expect(await app.query('SELECT kind FROM mails')).toEqual([]);
      expect(log.join('')).toMatch(/"kind":"registration".*no module resolves mail requests of this type/);
    } finally {
      await app.close();
    }
  });
});
