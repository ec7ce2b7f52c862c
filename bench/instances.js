'use strict';

// What a request costs with one, two and four instances on one PostgreSQL, the server's own share included.
const { ADA, createDatabase, must, PASSWORD, startApplication } = require('./application');
const { burst, median, repeat } = require('./load');
const { cpuMicros, postgresMicros } = require('./processes');

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS_EACH ?? 5);
const NUMBERS = [1, 2, 4];
const CHAINS = 16;
const USERS = 64;

async function main() {
  const database = await createDatabase();
  const all = [];
  try {
    while (all.length < Math.max(...NUMBERS)) all.push(await startApplication(database.url));
    const [first] = all;
    await must(202, first.register(ADA));
    const users = Array.from({ length: USERS }, (_, n) => ({
      email: `user-${n}@example.com`,
      password: PASSWORD,
    }));
    for (let n = 0; n < USERS; n += 16) await burst(16, (k) => must(202, first.register(users[n + k])));
    const chains = [];
    for (let n = 0; n < CHAINS; n++) chains.push((await must(200, first.signInFrom(users[n]))).refreshToken);
    let turn = 0;
    const kinds = {
      refresh: (apps) =>
        repeat(CHAINS, SECONDS, async (lane) => {
          const app = apps[lane % apps.length];
          chains[lane] = (await must(200, app.refresh(chains[lane]))).refreshToken;
        }),
      'sign-in': (apps) =>
        repeat(8, SECONDS, async (lane) =>
          must(200, apps[lane % apps.length].signInFrom(users[++turn % USERS])),
        ),
    };
    const figures = {};
    for (let round = 1; round <= ROUNDS; round++)
      for (const [kind, drive] of Object.entries(kinds))
        for (const number of NUMBERS) {
          process.stderr.write(`round ${round} of ${ROUNDS}: ${kind}, ${number} instances\n`);
          const apps = all.slice(0, number);
          const sum = () => apps.reduce((micros, { pid }) => micros + cpuMicros(pid), 0);
          const [before, postgresBefore] = [sum(), postgresMicros()];
          const count = await drive(apps);
          (figures[`${kind}, ${number}`] ??= []).push({
            perSecond: count / SECONDS,
            app: (sum() - before) / count,
            postgres: (postgresMicros() - postgresBefore) / count,
          });
        }
    report(figures);
  } finally {
    for (const app of all) await app.stop();
    await database.drop();
  }
}

function report(figures) {
  const of = (name, field) => median(figures[name].map((each) => each[field]));
  const lines = Object.keys(figures).map((name) => {
    const one = `${name.split(',')[0]}, 1`;
    const grown = of(name, 'app') / of(one, 'app');
    const cells = ['perSecond', 'app', 'postgres'].map((field) => of(name, field).toFixed(0));
    return `| ${name} | ${cells.join(' | ')} | ${grown.toFixed(2)} |`;
  });
  process.stdout.write(
    [
      '| request, instances | a second | CPU of the instances, µs | CPU of PostgreSQL, µs | instances, to one (at most 1.1) |',
      '| --- | --- | --- | --- | --- |',
      ...lines,
      '',
    ].join('\n'),
  );
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
