'use strict';

const { fork } = require('node:child_process');
const events = require('node:events');
const { randomBytes } = require('node:crypto');
const { createServer } = require('node:net');
const path = require('node:path');
const { Client } = require('pg');
const { call } = require('./load');
const { stop } = require('./processes');

const COST = 10;
const SERVER = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const PASSWORD = 'teal otters juggle 7 lanterns';
const ADA = { email: 'ada@example.com', password: PASSWORD };

/** One secret for all instances of this run. */
const SECRET = randomBytes(32).toString('hex');

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

/** An empty database of its own. */
async function createDatabase(suffix = '') {
  const name = `gatehouse_bench_${process.pid}${suffix}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(SERVER), { pathname: `/${name}` }).href;
  return { url, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

function environment(databaseUrl, port, more) {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://auth.example.test',
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: SECRET,
    HOST: '127.0.0.1',
    TRUSTED_PROXIES: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: '0',
    BCRYPT_COST: String(COST),
    REQUIRE_VERIFIED_EMAIL: 'false',
    // Nothing listens there, so mails wait in the outbox.
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'no-reply@example.test',
    ...more,
  };
}

/** The built application in production mode, started until it is ready. */
async function startApplication(databaseUrl, more = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = process.hrtime.bigint();
  const child = fork(path.join(__dirname, '../dist/main.js'), {
    env: environment(databaseUrl, port, more),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`the application ended with ${child.exitCode}`);
  }
  const startedInMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
  return { pid: child.pid, url, startedInMs, ...actionsOn(url), stop: () => stop(child) };
}

function actionsOn(url) {
  const post = (route, json, headers) => call(`${url}${route}`, { method: 'POST', json, headers });
  return {
    register: (user) => post('/v1/auth/register', user, someSource()),
    signIn: (user = ADA) => post('/v1/auth/login', user),
    signInFrom: (user) => post('/v1/auth/login', user, someSource()),
    guess: (n) =>
      post('/v1/auth/login', { email: `user-${n % 50}@example.com`, password: `guess ${n}` }, someSource()),
    refresh: (refreshToken) => post('/v1/auth/refresh', { refreshToken }),
  };
}

let sources = 0;

/** Another source address each time, as the trusted proxy states it: rate limits by source are not what is measured. */
function someSource() {
  const n = ++sources;
  return { 'x-forwarded-for': `203.${n % 256}.${(n >> 8) % 256}.${(n >> 16) % 256}` };
}

async function isReady(url) {
  try {
    return (await call(`${url}/health/ready`)).status === 200;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return false;
  }
}

/** The body of an answer of that status. */
async function must(wanted, answer) {
  const { status, body } = await answer;
  if (status !== wanted) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

module.exports = { ADA, COST, createDatabase, must, PASSWORD, startApplication };
