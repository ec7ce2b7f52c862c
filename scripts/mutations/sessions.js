'use strict';

module.exports = [
  {
    name: 'a revoked session can be refreshed',
    file: 'src/sessions/session.statements.ts',
    find: "'s.revoked_at IS NULL AND s.last_used_at > $5",
    replace: "'s.last_used_at > $5",
  },
  {
    name: 'SESSION_MAX_DAYS counts from the last use',
    file: 'src/sessions/session.statements.ts',
    find: 'AND s.created_at > $6 AND (s.ends_at',
    replace: 'AND s.last_used_at > $6 AND (s.ends_at',
  },
  {
    name: 'any earlier generation is answered within the grace period',
    file: 'src/sessions/session.statements.ts',
    find: '`s.generation = $3 + 1 AND s.rotated_at',
    replace: '`s.generation > $3 AND s.rotated_at',
  },
  {
    name: 'a disabled user can refresh',
    file: 'src/sessions/session.statements.ts',
    find: "u.status = 'active' AND (u.email_verified OR NOT $10)",
    replace: '(u.email_verified OR NOT $10)',
  },
  {
    name: 'a refresh does not advance the generation',
    file: 'src/sessions/session.statements.ts',
    find: "generation = CASE p.outcome WHEN 'rotated' THEN s.generation + 1 ELSE s.generation END",
    replace: 'generation = s.generation',
  },
  {
    name: 'reuse of a refresh token does not revoke the session',
    file: 'src/sessions/session.statements.ts',
    find: "revoked_at = CASE p.outcome WHEN 'reused' THEN $4 END",
    replace: 'revoked_at = s.revoked_at',
  },
  {
    name: 'a reauthentication that began before a sign-out everywhere still counts',
    file: 'src/sessions/session.statements.ts',
    find: 'u.sessions_epoch = $11',
    replace: 'u.sessions_epoch >= $11',
  },
  {
    name: 'a sign-in that is under way survives a sign-out everywhere',
    file: 'src/sessions/user-sessions.store.ts',
    find: 'await this.database.query(RAISE_EPOCH, [userId]);',
    replace: '',
  },
  {
    name: 'a refresh token of an earlier generation does not sign out',
    file: 'src/sessions/session.statements.ts',
    find: 'AND generation >= $3 AND revoked_at IS NULL',
    replace: 'AND generation = $3 AND revoked_at IS NULL',
  },
  {
    name: 'a sign-out everywhere revokes the first page of sessions only',
    file: 'src/platform/database/batches.ts',
    find: 'if (page.length < BATCH_ROWS) return;',
    replace: 'return;',
  },
  {
    name: 'REFRESH_GRACE_SECONDS=0 still leaves a millisecond of grace',
    file: 'src/sessions/session.settings.ts',
    find: 'graceCutoff: this.graceMs > 0 ?',
    replace: 'graceCutoff: this.graceMs >= 0 ?',
  },
  {
    name: 'a user can revoke the session of another user',
    file: 'src/sessions/sessions.service.ts',
    find: 'this.revokeWhere({ id: sessionId, userId })',
    replace: 'this.revokeWhere({ id: sessionId })',
  },
  {
    name: 'the signature of a refresh token is not verified',
    file: 'src/sessions/refresh-token.ts',
    find: 'if (!timingSafeEqual(macOf(body, key), bytes.subarray(SECRET_END))) return undefined;',
    replace: '',
  },
  {
    name: 'a revoked session is forgotten while its access token is alive',
    file: 'src/sessions/revoked-sessions.ts',
    find: 'keepMs: revocationRetentionMs',
    replace: 'keepMs: revocationRetentionMs / 1_000',
  },
];
