'use strict';

const { availableParallelism } = require('node:os');
const path = require('node:path');
const { Piscina } = require('piscina');
const { ADA, COST, createDatabase, must, PASSWORD, startApplication } = require('./application');
const { burst, call, costOf, get, median, p99, repeat } = require('./load');
const { residentMb, startServer, startTutorial } = require('./processes');

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS_EACH ?? 5);

/** Users who sign in at once, each below the limit of an account. */
const USERS = 200;

async function main() {
  const stops = [];
  const started = async (subject) => {
    const running = await subject;
    stops.unshift(() => running.stop());
    return running;
  };
  const database = await createDatabase();
  stops.push(() => database.drop());
  try {
    // Twice: the first start migrates an empty database.
    await (await startApplication(database.url)).stop();
    const app = await started(startApplication(database.url));
    const restMb = residentMb(app.pid);
    const bare = await started(startServer('subjects/bare-server.js'));
    const empty = await started(
      startServer('subjects/empty-route.js', { ...process.env, DATABASE_URL: database.url }),
    );
    const tutorial = await started(startTutorial());
    const bcrypt = bcryptOfThisMachine();
    stops.unshift(() => bcrypt.stop());
    report(await measure({ app, bare, empty, tutorial, bcrypt }), { ...app, restMb });
  } finally {
    for (const stop of stops) await stop();
  }
}

/** The application's own worker, with as many threads. */
function bcryptOfThisMachine() {
  const threads = availableParallelism();
  const filename = path.join(__dirname, '../dist/passwords/bcrypt.worker.js');
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  return {
    hash: () => pool.run({ text: 'x'.repeat(44), cost: COST }, { name: 'hash' }),
    stop: () => pool.destroy(),
  };
}

async function measure({ app, bare, empty, tutorial, bcrypt }) {
  await must(202, app.register(ADA));
  process.stderr.write(`${USERS} users sign up\n`);
  const users = Array.from({ length: USERS }, (_, n) => ({
    email: `user-${n}@example.com`,
    password: PASSWORD,
  }));
  for (let n = 0; n < USERS; n += 5) await burst(5, (k) => must(202, app.register(users[n + k])));
  const { accessToken, refreshToken } = await must(200, app.signIn());
  const headers = { authorization: `Bearer ${accessToken}` };
  // As a browser sends it: with the other cookies, and with where the request comes from.
  const byCookie = {
    cookie: `__Host-access=${accessToken}; __Host-refresh=${refreshToken}`,
    'sec-fetch-site': 'same-origin',
  };
  const chains = [];
  while (chains.length < 16) chains.push((await must(200, app.signIn())).refreshToken);
  await call(`${tutorial.url}/auth/register`, { method: 'POST', json: ADA });
  const learned = await must(200, call(`${tutorial.url}/auth/login`, { method: 'POST', json: ADA }));
  const tutorialHeaders = { authorization: `Bearer ${learned.accessToken}` };

  const principal = `${app.url}/v1/auth/principal`;
  const guarded = () => call(principal, { headers });
  let guesses = 0;
  let turn = 0;
  const storm = () => repeat(64, SECONDS, () => app.guess(++guesses));
  const signIns = () => repeat(8, SECONDS, () => must(200, app.signInFrom(users[++turn % USERS])));
  let registered = 0;

  const costs = {
    'bare node:http GET with an HMAC': [bare, () => get(bare.url, SECONDS, headers)],
    'empty route of Nest and Fastify': [empty, () => get(`${empty.url}/empty`, SECONDS, headers)],
    'such a route with a body, one UPDATE and one signature': [
      empty,
      () =>
        repeat(16, SECONDS, () =>
          must(201, call(`${empty.url}/empty`, { method: 'POST', json: { refreshToken } })),
        ),
    ],
    'public GET': [app, () => get(`${app.url}/health/live`, SECONDS, headers)],
    'guarded GET': [app, () => get(principal, SECONDS, headers)],
    'guarded GET by cookie': [app, () => get(principal, SECONDS, byCookie)],
    "the tutorial's guarded GET": [
      tutorial,
      () => get(`${tutorial.url}/auth/profile`, SECONDS, tutorialHeaders),
    ],
    refresh: [
      app,
      () =>
        repeat(16, SECONDS, async (lane) => {
          chains[lane] = (await must(200, app.refresh(chains[lane]))).refreshToken;
        }),
    ],
    "the tutorial's refresh": [
      tutorial,
      () =>
        repeat(16, SECONDS, () =>
          must(200, call(`${tutorial.url}/auth/refresh`, { method: 'POST', json: learned })),
        ),
    ],
    'sign-in': [app, signIns],
  };
  const values = {
    'bcrypt hashes/s': async () => (await repeat(8, SECONDS, bcrypt.hash)) / SECONDS,
    'p99 of a guarded GET, quiet, ms': () => p99(SECONDS, guarded),
    'p99 of a guarded GET during sign-ins, ms': async () =>
      (await Promise.all([p99(SECONDS, guarded), signIns()]))[0],
    'p99 of a guarded GET during guesses, ms': async () =>
      (await Promise.all([p99(SECONDS, guarded), storm()]))[0],
    '200 hashes at once, ms': () => burst(200, bcrypt.hash),
    '200 sign-ins at once, ms': () => burst(200, async (n) => served(200, await app.signInFrom(users[n]))),
    '100 registrations at once, ms': () =>
      burst(100, async () =>
        served(202, await app.register({ email: `new-${++registered}@example.com`, password: PASSWORD })),
      ),
  };
  // A slow machine refuses some of a burst, rather than let them wait for long.
  let refused = 0;
  const served = (wanted, { status }) => {
    if (status === 503) refused++;
    else if (status !== wanted) throw new Error(`answered ${status}`);
  };
  const figures = {};
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, [subject, drive]] of Object.entries(costs)) {
      progress(round, name);
      (figures[name] ??= []).push(await costOf(subject.pid, drive));
    }
    for (const [name, run] of Object.entries(values)) {
      progress(round, name);
      (figures[name] ??= []).push(await run());
    }
  }
  figures['of the bursts refused with 503'] = [refused];
  return figures;
}

function progress(round, name) {
  process.stderr.write(`round ${round} of ${ROUNDS}: ${name}\n`);
}

function report(figures, { restMb, startedInMs, pid }) {
  const value = (name) => median(figures[name].map((each) => each.perSecond ?? each));
  const micros = (name) => median(figures[name].map((each) => each.micros));
  const bareMicros = micros('bare node:http GET with an HMAC');
  const print = (number) => number.toFixed(number < 100 ? 1 : 0);
  const isCost = ([, rounds]) => typeof rounds[0] === 'object';
  const rows = Object.entries(figures);
  const ratio = (name, a, b, target) => `| ${name} | ${(a / b).toFixed(2)} | ${target} |`;
  const cpu = (name, target) => ratio(`CPU of a ${name}, in bare CPUs`, micros(name), bareMicros, target);
  const lines = [
    `Node ${process.version}, ${availableParallelism()} cores, medians of ${ROUNDS} rounds of ${SECONDS} s`,
    '',
    '| request | a second | CPU of the server, µs | in bare CPUs |',
    '| --- | --- | --- | --- |',
    ...rows
      .filter(isCost)
      .map(
        ([name]) =>
          `| ${name} | ${print(value(name))} | ${print(micros(name))} | ${(micros(name) / bareMicros).toFixed(1)} |`,
      ),
    '',
    '| figure | median | rounds |',
    '| --- | --- | --- |',
    ...rows
      .filter((row) => !isCost(row))
      .map(([name, rounds]) => `| ${name} | ${print(value(name))} | ${rounds.map(print).join(', ')} |`),
    '',
    '| ratio | measured | target |',
    '| --- | --- | --- |',
    cpu('refresh', 'at most 8'),
    cpu('guarded GET', 'at most 2.4'),
    ratio(
      'guarded GET beyond an empty route, in bare CPUs',
      micros('guarded GET') - micros('empty route of Nest and Fastify'),
      bareMicros,
      '',
    ),
    ratio(
      'refresh beyond a route with one UPDATE and one signature, in bare CPUs',
      micros('refresh') - micros('such a route with a body, one UPDATE and one signature'),
      bareMicros,
      '',
    ),
    ratio('guarded GET : public GET, a second', value('guarded GET'), value('public GET'), 'at least 0.8'),
    ratio(
      "guarded GET : the tutorial's, a second",
      value('guarded GET'),
      value("the tutorial's guarded GET"),
      'at least 6',
    ),
    ratio(
      "refresh : the tutorial's, a second",
      value('refresh'),
      value("the tutorial's refresh"),
      'at least 2.5',
    ),
    ratio('sign-in : bcrypt hash, a second', value('sign-in'), value('bcrypt hashes/s'), 'at least 0.95'),
    ratio(
      '200 sign-ins at once : 200 hashes',
      value('200 sign-ins at once, ms'),
      value('200 hashes at once, ms'),
      'at most 1.2',
    ),
    ratio(
      '100 registrations at once : 100 hashes',
      value('100 registrations at once, ms'),
      value('200 hashes at once, ms') / 2,
      'at most 1.2',
    ),
    `| p99 of a guarded GET during sign-ins, ms | ${print(value('p99 of a guarded GET during sign-ins, ms'))} | at most 20 |`,
    `| start to ready, ms | ${print(startedInMs)} | at most 1000 |`,
    `| resident after start, MB | ${print(restMb)} | at most 150 |`,
    `| resident after this run, MB | ${print(residentMb(pid))} | at most 180 |`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
