'use strict';

const { call, p99, rate, wrk } = require('./load');
const { createDatabase, startApplication, startBareServer, startMachine } = require('./subjects');

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS_EACH ?? 5);

async function main() {
  const database = await createDatabase();
  const app = await startApplication(database.url);
  const bare = await startBareServer();
  const machine = await startMachine(database.url);
  try {
    const figures = await measure({ app, bare, machine });
    report(figures, app);
  } finally {
    await machine.stop();
    bare.stop();
    await app.stop();
    await database.drop();
  }
}

async function measure({ app, bare, machine }) {
  const { body: tokens } = await app.signIn();
  // As a browser sends it: with the other cookies, and word of where the request comes from.
  const byCookie = {
    cookie: `__Host-access=${tokens.accessToken}; __Host-refresh=${tokens.refreshToken}`,
    'sec-fetch-site': 'same-origin',
  };
  const headers = { authorization: `Bearer ${tokens.accessToken}` };
  // One after the other: more than ten at once to one account are limited.
  const chains = [];
  while (chains.length < 16) chains.push((await app.signIn()).body.refreshToken);
  let guesses = 0;
  const storm = () => rate(64, SECONDS, async () => app.guess(++guesses));
  const guarded = () => call(`${app.url}/v1/auth/principal`, { headers });
  const must = (wanted, { status, body }) => {
    if (status !== wanted) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const rows = {
    'bare node:http GET/s': () => wrk(bare.url, SECONDS, headers),
    'public GET/s': () => wrk(`${app.url}/health/live`, SECONDS, headers),
    'guarded GET/s': () => wrk(`${app.url}/v1/auth/principal`, SECONDS, headers),
    'guarded GET by cookie/s': () => wrk(`${app.url}/v1/auth/principal`, SECONDS, byCookie),
    'UPDATE … RETURNING/s': () => rate(16, SECONDS, machine.update),
    'refreshes/s': () =>
      rate(16, SECONDS, async (lane) => {
        chains[lane] = must(200, await app.refresh(chains[lane])).refreshToken;
      }),
    'bcrypt hashes/s': () => rate(8, SECONDS, machine.hash),
    'sign-ins/s': () => rate(8, SECONDS, async () => must(200, await app.signIn())),
    'p99 of a guarded GET, quiet, ms': () => p99(SECONDS, guarded),
    'p99 during sign-ins, ms': async () => {
      const [slowest] = await Promise.all([p99(SECONDS, guarded), rate(8, SECONDS, app.signIn)]);
      return slowest;
    },
    'guesses answered/s, from everywhere': storm,
    'p99 of a guarded GET during these, ms': async () => {
      const [slowest] = await Promise.all([p99(SECONDS, guarded), storm()]);
      return slowest;
    },
  };
  const figures = Object.fromEntries(Object.keys(rows).map((name) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, run] of Object.entries(rows)) {
      process.stderr.write(`round ${round} of ${ROUNDS}: ${name}\n`);
      figures[name].push(await run());
    }
  }
  return figures;
}

function report(figures, app) {
  const median = (name) => figures[name].toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  const ratio = (a, b) => (median(a) / median(b)).toFixed(2);
  const round = (value) => value.toFixed(value < 100 ? 1 : 0);
  const lines = Object.keys(figures).map(
    (name) => `| ${name} | ${round(median(name))} | ${figures[name].map(round).join(', ')} |`,
  );
  process.stdout.write(
    [
      '| figure | median | rounds |',
      '| --- | --- | --- |',
      ...lines,
      `| guarded GET : public GET | ${ratio('guarded GET/s', 'public GET/s')} | |`,
      `| guarded GET : bare node:http | ${ratio('guarded GET/s', 'bare node:http GET/s')} | |`,
      `| by cookie : by Bearer header | ${ratio('guarded GET by cookie/s', 'guarded GET/s')} | |`,
      `| refresh : UPDATE | ${ratio('refreshes/s', 'UPDATE … RETURNING/s')} | |`,
      `| sign-in : bcrypt | ${ratio('sign-ins/s', 'bcrypt hashes/s')} | |`,
      `| start to ready, ms | ${app.startedInMs} | |`,
      `| resident memory, MB | ${round(app.residentMb())} | |`,
      '',
    ].join('\n'),
  );
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
