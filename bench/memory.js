'use strict';

// Resident memory through some minutes of mixed load: guarded reads, refreshes, sign-ins, registrations, wrong passwords.
const { ADA, createDatabase, must, PASSWORD, startApplication } = require('./application');
const { call } = require('./load');
const { residentMb } = require('./processes');

const MINUTES = Number(process.env.MINUTES ?? 10);

async function main() {
  const database = await createDatabase();
  try {
    await (await startApplication(database.url)).stop();
    const app = await startApplication(database.url);
    try {
      await load(app);
    } finally {
      await app.stop();
    }
  } finally {
    await database.drop();
  }
}

async function load(app) {
  const sample = (label) => process.stdout.write(`| ${label} | ${residentMb(app.pid).toFixed(0)} |\n`);
  process.stdout.write('| minute | resident MB |\n| --- | --- |\n');
  sample('start');
  await must(202, app.register(ADA));
  let { accessToken, refreshToken } = await must(200, app.signIn());
  const endsAt = Date.now() + MINUTES * 60_000;
  const until = async (work, pauseMs) => {
    for (let n = 1; Date.now() < endsAt; n++) {
      await work(n);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const read = () =>
    call(`${app.url}/v1/auth/principal`, { headers: { authorization: `Bearer ${accessToken}` } });
  await Promise.all([
    until(async () => Promise.all(Array.from({ length: 20 }, () => must(200, read()))), 20),
    until(async () => {
      ({ accessToken, refreshToken } = await must(200, app.refresh(refreshToken)));
    }, 5),
    until(async () => must(200, app.signInFrom(ADA)), 15_000),
    until(async (n) => must(202, app.register({ email: `new-${n}@example.com`, password: PASSWORD })), 250),
    until(async (n) => app.guess(n), 100),
    until(async (n) => n > 1 && sample(String(n - 1)), 60_000),
  ]);
  sample('end');
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
