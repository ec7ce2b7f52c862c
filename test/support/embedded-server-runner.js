// Starts the embedded server in a process of its own, so that a test can kill it: node <this> <DATA_DIR>.
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, file) => {
  const { code } = transformFileSync(file, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  module._compile(code, file);
};

const { EmbeddedServer } = require('../../src/platform/embedded-postgres/index.ts');

async function main() {
  const server = await EmbeddedServer.start({ dataDir: process.argv[2], settings: { fsync: 'off' } });
  const { url, directory, adopted } = server;
  process.stdout.write(`${JSON.stringify({ url, directory, adopted })}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void server.stop().then(() => process.exit(0)));
}

void main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
