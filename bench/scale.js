'use strict';

// The same requests on a small database, whose pages are full, and on one with a million users, in interleaved rounds.
const { randomUUID } = require('node:crypto');
const { Client } = require('pg');
const { ADA, createDatabase, must, startApplication } = require('./application');
const { call, median, repeat } = require('./load');

const USERS = Number(process.env.USERS ?? 1_000_000);
const SMALL_USERS = 2_000;
const SESSIONS_EACH = 5;
const EVENTS_EACH = 2;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS_EACH ?? 3);
const BATCH = 50_000;

/** The SQL of an id that follows those before it, as UUIDs of version 7 do. */
const ID = (n) => `('01900000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

async function main() {
  const [small, full] = [await createDatabase('_small'), await createDatabase('_full')];
  const apps = [];
  try {
    for (const { url } of [small, full]) await (await startApplication(url)).stop();
    await seed(small.url, SMALL_USERS);
    await seed(full.url, USERS);
    const subjects = {};
    for (const [name, { url }] of Object.entries({ small, full })) {
      const app = await startApplication(url);
      apps.push(app);
      subjects[name] = await prepare(app, url);
    }
    report(await measure(subjects, { small: small.url, full: full.url }));
  } finally {
    for (const app of apps) await app.stop();
    await small.drop();
    await full.drop();
  }
}

/** One user in ten is disabled and one in a hundred has a role; sessions were last used within the past 13 days. */
async function seed(url, users) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const hash = '$2b$10$abcdefghijklmnopqrstuuq3xQ0Wc1Zq7xO0Y4tX7mQnZ7n1o1n0S';
  // Without the triggers of foreign keys, each of which would read a row for every row that is written.
  await client.query('SET synchronous_commit = off; SET session_replication_role = replica');
  for (let from = 0; from < users; from += BATCH) {
    process.stderr.write(`seeding users ${from} of ${users}\n`);
    const to = Math.min(users, from + BATCH) - 1;
    await client.query(
      `INSERT INTO users (id, email, email_verified, status, access_version, created_at, updated_at, roles)
       SELECT ${ID('n')}, 'seed-' || n || '@example.com', true,
         CASE WHEN n % 10 = 0 THEN 'disabled' ELSE 'active' END, 1, now(), now(),
         CASE WHEN n % 100 = 0 THEN '{support}'::text[] ELSE '{}' END
       FROM generate_series($1::integer, $2::integer) n`,
      [from, to],
    );
  }
  process.stderr.write(
    `seeding ${users} credentials, ${users * SESSIONS_EACH} sessions and ${users * EVENTS_EACH} events\n`,
  );
  await client.query(`INSERT INTO credentials (user_id, hash, changed_at) SELECT id, $1, now() FROM users`, [
    hash,
  ]);
  for (let n = 0; n < SESSIONS_EACH; n++) {
    process.stderr.write(`seeding sessions ${n} of ${SESSIONS_EACH} of each user\n`);
    await client.query(`INSERT INTO sessions (id, user_id, secret_digest, generation, rotated_at, last_used_at,
        authenticated_at, methods, created_at)
      SELECT ${ID(`${n * users} + row_number() OVER ()`)}, id, sha256(id::text::bytea), 3, t, t, t, '{pwd}', t
      FROM (SELECT id, now() - random() * interval '13 days' AS t FROM users) each`);
  }
  for (let n = 0; n < EVENTS_EACH; n++)
    await client.query(`INSERT INTO audit_events (id, occurred_at, type, outcome, subject_id, details, seal, sequence, chain)
      SELECT ${ID(`${n * users} + row_number() OVER ()`)}, now(), 'signed-in', 'success', id, '{}', '\\x00',
        ${n * users} + row_number() OVER (), '\\x00' FROM users`);
  // As linked long ago: otherwise the application would link them while it is measured.
  await client.query('UPDATE audit_head SET sequence = $1', [users * EVENTS_EACH]);
  process.stderr.write('analysing\n');
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  await client.end();
}

async function prepare(app, databaseUrl) {
  await must(202, app.register(ADA));
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`UPDATE users SET roles = '{admin}', email_verified = true WHERE email = $1`, [
    ADA.email,
  ]);
  await client.end();
  const { accessToken, refreshToken } = await must(200, app.signIn());
  return { app, headers: { authorization: `Bearer ${accessToken}` }, token: refreshToken };
}

async function measure(subjects, urls) {
  const list =
    (route) =>
    async ({ app, headers }) =>
      must(200, call(`${app.url}${route}`, { headers }));
  const kinds = {
    refresh: async (subject) => {
      subject.token = (await must(200, subject.app.refresh(subject.token))).refreshToken;
    },
    'sign-in': async ({ app }) => must(200, app.signInFrom(ADA)),
    'session list': list('/v1/sessions'),
    'user list': list('/v1/users'),
    'user list, by the beginning of an address': list('/v1/users?email=seed-77'),
    'user list, disabled': list('/v1/users?status=disabled'),
    'user list, by a role': list('/v1/users?role=support'),
    'user list, by a role that no user has': list('/v1/users?role=none'),
    'audit list': list('/v1/audit-events'),
    'audit list, by a type': list('/v1/audit-events?type=signed-in'),
    'audit list, by a subject': list(`/v1/audit-events?subjectId=${randomUUID()}`),
  };
  const figures = {};
  const add = (name, subject, value) => ((figures[name] ??= {})[subject] ??= []).push(value);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(kinds))
      for (const [kind, subject] of Object.entries(subjects)) {
        process.stderr.write(`round ${round} of ${ROUNDS}: ${name}, ${kind}\n`);
        const startedAt = process.hrtime.bigint();
        const count = await repeat(1, SECONDS, () => work(subject));
        add(name, kind, Number(process.hrtime.bigint() - startedAt) / 1e6 / count);
      }
    for (const [kind, url] of Object.entries(urls)) {
      const app = await startApplication(url);
      add('start to ready', kind, app.startedInMs);
      await app.stop();
    }
  }
  return figures;
}

function report(figures) {
  const lines = Object.entries(figures).map(([name, { small, full }]) => {
    const [a, b] = [median(small), median(full)];
    return `| ${name} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${(b / a).toFixed(2)} |`;
  });
  process.stdout.write(
    [
      `${USERS} users, ${USERS * SESSIONS_EACH} sessions, ${USERS * EVENTS_EACH} audit events; medians of ${ROUNDS} rounds`,
      '',
      '| | small, ms | full, ms | ratio (at most 1.2) |',
      '| --- | --- | --- | --- |',
      ...lines,
      '',
    ].join('\n'),
  );
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
