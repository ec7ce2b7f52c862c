'use strict';

const { execFileSync } = require('node:child_process');
const { Agent, request } = require('node:http');
const { cpuMicros } = require('./processes');

// As the TLS proxy states that stands before the application in production.
const BY_PROXY = { 'x-forwarded-proto': 'https' };

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** One request; resolves to status, body and milliseconds. */
function call(url, { method = 'GET', headers = {}, json } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const type =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const startedAt = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, agent, headers: { ...BY_PROXY, ...headers, ...type } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const milliseconds = Number(process.hrtime.bigint() - startedAt) / 1e6;
          resolve({ status: response.statusCode, body: text ? JSON.parse(text) : undefined, milliseconds });
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** Repeats the work in `lanes` lanes for some seconds; resolves to how often it was done. */
async function repeat(lanes, seconds, work) {
  const endsAt = Date.now() + seconds * 1_000;
  let count = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (Date.now() < endsAt) {
        await work(lane);
        count++;
      }
    }),
  );
  return count;
}

/** GET requests by wrk on 32 connections; returns how many were answered. */
function get(url, seconds, headers = {}) {
  const flags = Object.entries({ ...BY_PROXY, ...headers }).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const output = execFileSync('wrk', ['-t1', '-c32', `-d${seconds}s`, ...flags, url], { encoding: 'utf8' });
  if (/Non-2xx/.test(output)) throw new Error(output);
  return Number(/(\d+) requests in/.exec(output)[1]);
}

/** What requests cost the process that serves them: how many a second, and microseconds of its CPU for each. */
async function costOf(pid, drive) {
  const startedAt = process.hrtime.bigint();
  const before = cpuMicros(pid);
  const count = await drive();
  const micros = cpuMicros(pid) - before;
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  return { perSecond: count / seconds, micros: micros / count };
}

/** The 99th percentile, in milliseconds, of a request sent 50 times a second. */
async function p99(seconds, work) {
  const pending = [];
  const timer = setInterval(() => pending.push(work()), 20);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  clearInterval(timer);
  const times = (await Promise.all(pending))
    .map(({ milliseconds }) => milliseconds)
    .toSorted((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)];
}

/** Milliseconds until `count` pieces of work, all begun at once, are done. */
async function burst(count, work) {
  const startedAt = process.hrtime.bigint();
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  return Number(process.hrtime.bigint() - startedAt) / 1e6;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

module.exports = { burst, call, costOf, get, median, p99, repeat };
