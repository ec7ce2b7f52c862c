import { createApplication, listen } from './app.setup';
import { reasonOf } from './platform/errors';
import { startupMessage } from './startup-message';

async function start(): Promise<void> {
  const app = await createApplication();
  await listen(app);
  process.stdout.write(startupMessage(app));
}

start().catch((error: unknown) => {
  process.stderr.write(`\n${reasonOf(error)}\n\n`);
  process.exit(1);
});
