/** Of jest-worker's messages to a worker the one that ends it. */
const END = 2;

const closings = [];

/** Runs when the worker ends, or the run where it has no workers. Without it, what specs share would keep the process alive. */
function atWorkerEnd(close) {
  closings.push(close);
}

async function closeAll() {
  await Promise.all(closings.splice(0).map((close) => close()));
}

function watchForEnd() {
  if (globalThis.atWorkerEnd) return;
  globalThis.atWorkerEnd = atWorkerEnd;
  globalThis.closeShared = closeAll;
  process.on('message', function listen([type]) {
    if (type !== END) return;
    // As long as there is a listener, the process does not end.
    process.off('message', listen);
    void closeAll();
  });
}

module.exports = { watchForEnd };
