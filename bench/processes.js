'use strict';

const { execFileSync, fork } = require('node:child_process');
const events = require('node:events');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const TICK_MICROS = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Fields of /proc/<pid>/stat from the third on, which follows the name in parentheses. */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Microseconds of CPU, user and system, that a process has used with all its threads. */
function cpuMicros(pid) {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** The same of every PostgreSQL process on this machine, those that have ended included. */
function postgresMicros() {
  let sum = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/comm`, 'utf8').startsWith('postgres')) continue;
      const fields = statOf(name);
      // A parent is charged for its children once they have ended: fields 13 and 14.
      for (const field of [11, 12, 13, 14]) sum += Number(fields[field]) * TICK_MICROS;
    } catch {
      // It ended meanwhile, and is in its parent's sum.
    }
  }
  return sum;
}

/** Resident memory in MB. */
function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** Starts a script that sends the address it listens on. */
async function startServer(script, env = process.env) {
  const child = fork(path.join(__dirname, script), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = await events.once(child, 'message');
  return { pid: child.pid, url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await events.once(child, 'exit');
}

/** The tutorial has packages of its own, which are installed the first time. */
async function startTutorial() {
  const folder = path.join(__dirname, 'tutorial');
  if (!existsSync(path.join(folder, 'node_modules')))
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  return startServer('tutorial/server.js');
}

module.exports = { cpuMicros, postgresMicros, residentMb, startServer, startTutorial, stop };
