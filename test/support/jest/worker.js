/** Of jest-worker's messages to a worker the one that ends it. */
const END = 2;

// jest puts others in their place while a spec runs.
const exit = process.exit.bind(process);
const kill = process.kill.bind(process);

/**
 * jest waits half a second for a worker and then says that it "failed to exit gracefully". `process.exit` ends threads and frees
 * memory first, which takes longer where the machine is busy; of this process nothing is left to save.
 */
function endAtOnce() {
  if (process.platform === 'win32') exit(0);
  kill(process.pid, 'SIGKILL');
}

const closings = [];

/** For a run without workers: closes at its end what specs share. A worker ends at once, with all that it has open. */
function atRunEnd(close) {
  closings.push(close);
}

async function closeAll() {
  await Promise.all(closings.splice(0).map((close) => close()));
}

function watchForEnd() {
  if (globalThis.atRunEnd) return;
  globalThis.atRunEnd = atRunEnd;
  globalThis.closeShared = closeAll;
  globalThis.exitProcess = exit;
  process.on('message', ([type]) => {
    if (type === END) endAtOnce();
  });
}

module.exports = { watchForEnd };
