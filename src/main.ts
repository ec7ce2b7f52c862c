import { createApplication } from './app.setup';
import { HttpSettings } from './platform/http';
import { welcome } from './welcome';

async function start(): Promise<void> {
  const app = await createApplication();
  try {
    const { port, host } = app.get(HttpSettings);
    await app.listen(port, host);
    process.stdout.write(welcome(app));
  } catch (error) {
    await app.close();
    throw error;
  }
}

start().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exit(1);
});
