/** Of jest-worker's messages to a worker the one that ends it. */
const END = 2;

// jest puts another one in its place while a spec runs.
const exit = process.exit.bind(process);

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
  process.on('message', ([type]) => {
    if (type === END) exit(0);
  });
}

module.exports = { watchForEnd };
