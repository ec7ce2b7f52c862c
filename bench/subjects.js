'use strict';

const { fork } = require('node:child_process');
const events = require('node:events');
const { randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const { Client, Pool } = require('pg');
const { Piscina } = require('piscina');
const { call } = require('./load');

const COST = 10;
const PERSON = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
const SERVER = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await events.once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function administer(statement) {
  const client = new Client({ connectionString: SERVER });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function createDatabase() {
  const name = `gatehouse_bench_${process.pid}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(SERVER), { pathname: `/${name}` }).href;
  return { url, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** The built application in production mode, with one person signed up. */
async function startApplication(databaseUrl) {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://auth.example.test',
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: randomBytes(32).toString('hex'),
    HOST: '127.0.0.1',
    TRUSTED_PROXIES: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: '0',
    BCRYPT_COST: String(COST),
    REQUIRE_VERIFIED_EMAIL: 'false',
    // Nothing listens there: the one mail of the registration waits.
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'no-reply@example.test',
  };
  const url = `http://127.0.0.1:${port}`;
  const launch = async () => {
    const startedAt = Date.now();
    const child = fork(path.join(__dirname, '../dist/main.js'), {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    while (child.exitCode === null && !(await isReady(url)));
    return { child, startedInMs: Date.now() - startedAt };
  };
  const first = await launch();
  first.child.kill();
  await events.once(first.child, 'exit');
  const { child, startedInMs } = await launch();
  await call(`${url}/v1/auth/register`, { method: 'POST', json: PERSON });
  return {
    url,
    startedInMs,
    signIn: () => call(`${url}/v1/auth/login`, { method: 'POST', json: PERSON }),
    guess: (n) =>
      call(`${url}/v1/auth/login`, {
        method: 'POST',
        json: { email: `somebody-${n % 50}@example.com`, password: `guess number ${n}` },
        headers: { 'x-forwarded-for': `203.${n % 256}.${(n >> 8) % 256}.${(n >> 16) % 256}` },
      }),
    refresh: (refreshToken) => call(`${url}/v1/auth/refresh`, { method: 'POST', json: { refreshToken } }),
    residentMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    stop: async () => {
      child.kill();
      await events.once(child, 'exit');
    },
  };
}

async function isReady(url) {
  try {
    return (await call(`${url}/health/ready`)).status === 200;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return false;
  }
}

async function startBareServer() {
  const child = fork(path.join(__dirname, 'bare-server.js'));
  const [{ port }] = await events.once(child, 'message');
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

/** What the machine itself can do: bcrypt in the application's own worker, and an UPDATE of one row. */
async function startMachine(databaseUrl) {
  const threads = availableParallelism();
  const filename = path.join(__dirname, '../dist/passwords/bcrypt.worker.js');
  const bcrypt = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  await pool.query('CREATE TABLE bench (id integer PRIMARY KEY, n integer NOT NULL) WITH (fillfactor = 80)');
  await pool.query('INSERT INTO bench SELECT g, 0 FROM generate_series(0, 63) g');
  const update = { name: 'bench', text: 'UPDATE bench SET n = n + 1 WHERE id = $1 RETURNING n' };
  return {
    hash: () => bcrypt.run({ text: 'x'.repeat(44), cost: COST }, { name: 'hash' }),
    update: (lane) => pool.query({ ...update, values: [lane] }),
    stop: async () => {
      await bcrypt.destroy();
      await pool.end();
    },
  };
}

module.exports = { createDatabase, startApplication, startBareServer, startMachine };
