'use strict';

module.exports = [
  {
    name: 'signing out ignores the refresh token beside a genuine access token',
    file: 'src/auth/token/logout.service.ts',
    find: 'for (const refreshToken of presented) {',
    replace: 'for (const refreshToken of claims ? [] : presented) {',
  },
  {
    name: 'signing out ignores an expired access token',
    file: 'src/auth/token/logout.service.ts',
    find: 'await this.tokens.verifyIgnoringExpiry(accessToken)',
    replace: 'this.tokens.verify(accessToken)',
  },
  {
    name: 'a disabled account counts as one that may sign in',
    file: 'src/auth/principal-loader.ts',
    find: "return status === 'active' && (emailVerified || !this.settings.requireVerifiedEmail);",
    replace: 'return emailVerified || !this.settings.requireVerifiedEmail;',
  },
  {
    name: 'REQUIRE_VERIFIED_EMAIL is not applied at sign-in',
    file: 'src/auth/principal-loader.ts',
    find: "status === 'active' && (emailVerified || !this.settings.requireVerifiedEmail)",
    replace: "status === 'active'",
  },
  {
    name: 'a sign-in with cookies leaves the session of the former cookies alive',
    file: 'src/auth/auth.controller.ts',
    find: 'await this.logout.logOut({ accessToken, refreshTokens: [refreshToken] });',
    replace: '',
  },
  {
    name: 'a request with the refresh cookie alone is not checked for its site',
    file: 'src/auth/token/cookie.interceptor.ts',
    find: 'if (accessToken !== undefined || refreshToken !== undefined) this.csrf',
    replace: 'if (accessToken !== undefined) this.csrf',
  },
  {
    name: 'a device token is not bound to its user',
    file: 'src/auth/login/device-tokens.ts',
    find: '.update(uuidBytes(id))',
    replace: '',
  },
  {
    name: 'a device token stays good after the devices of the user were voided',
    file: 'src/auth/login/device-tokens.ts',
    find: '.update(epoch)',
    replace: '',
  },
  {
    name: 'any device token, genuine or not, avoids the limit of the source',
    file: 'src/auth/login/local-auth.ts',
    find: 'if (await this.limits.isKnownDevice(email, deviceToken))',
    replace: 'if (deviceToken)',
  },
  {
    name: 'a sign-in with cookies is accepted from another site',
    file: 'src/auth/login/local-auth.ts',
    find: "if (useCookies === 'true') this.csrf.assertAllowed(request);",
    replace: '',
  },
  {
    name: 'a wrong password at reauthentication is not counted',
    file: 'src/auth/password-confirmation.ts',
    find: 'if (!user || !matches) {',
    replace: 'await this.attempts.refund(attempt);\n    if (!user || !matches) {',
  },
  {
    name: 'no password is checked for an unknown address',
    file: 'src/auth/login/local-auth.ts',
    find: 'this.passwords.verify(user?.id ?? null, password, { signsIn, account: email }),',
    replace: 'user !== null && this.passwords.verify(user.id, password, { signsIn, account: email }),',
  },
  {
    name: 'login checks are not run',
    file: 'src/auth/login/local-auth.ts',
    find: 'await this.checks.check({ userId, email, roles, client });',
    replace: '',
  },
  {
    name: 'a registration replaces the password of an existing account',
    file: 'src/auth/registration/registration.service.ts',
    find: 'if (newId) await this.passwords.store(newId, hash);',
    replace: 'if (user) await this.passwords.store(user.id, hash);',
  },
  {
    name: 'a registration may use the display name as the password',
    file: 'src/auth/registration/registration.service.ts',
    find: "'/password', { email, displayName });",
    replace: "'/password', { email });",
  },
  {
    name: 'the link of a notice does not revoke the session',
    file: 'src/auth/login/security-notices.ts',
    find: 'await this.sessions.revoke(sessionId);',
    replace: '',
  },
  {
    name: 'the access token of a revoked session is accepted',
    file: 'src/auth/token/access-state.ts',
    find: 'if (this.revoked.has(sid)) return new InvalidToken();',
    replace: '',
  },
  {
    name: 'an access token from before a change of roles is accepted',
    file: 'src/auth/token/access-state.ts',
    find: 'if (this.versions.isStale(sub, ver)) return new TokenStale();',
    replace: '',
  },
  {
    name: 'an access token is accepted while memory is out of date',
    file: 'src/auth/token/jwt.strategy.ts',
    find: 'const refreshed = feed.ensureFresh();',
    replace: 'const refreshed: Promise<void> | undefined = undefined;',
  },
  {
    name: 'links sent before the mailbox was proven stay good afterwards',
    file: 'src/auth/account-recovery.ts',
    find: 'await this.tokens.revokeAllOf(userId);',
    replace: '',
  },
];
