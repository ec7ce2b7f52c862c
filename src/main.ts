import { createApplication, listen } from './app.setup';
import { welcome } from './welcome';

async function start(): Promise<void> {
  const app = await createApplication();
  await listen(app);
  process.stdout.write(welcome(app));
}

start().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exit(1);
});
