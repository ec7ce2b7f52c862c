import type { Command } from 'commander';
import { type CommandRunner, formatTable, printable } from '../platform/commands';
import { Keyring } from '../platform/keyring';
import { SigningKeyStore } from '../tokens';
import { contexts } from './contexts';

export function addKeys(program: Command, run: CommandRunner): void {
  addRewrap(program, run);
  addRotate(program, run);
  addRevoke(program, run);
  addList(program, run);
}

function addRewrap(program: Command, run: CommandRunner): void {
  program
    .command('keys:rewrap')
    .description(
      'encrypt with AUTH_SECRET the keys that are encrypted with one of AUTH_SECRETS_RETIRED; all or none',
    )
    .action(async () =>
      run(contexts.keyring, async (context) => {
        const rewrapped = await context.get(Keyring, { strict: false }).rewrap();
        const text = `${rewrapped} keys were rewrapped. All are under AUTH_SECRET now.\n`;
        return { data: { rewrapped }, text };
      }),
    );
}

function addRotate(program: Command, run: CommandRunner): void {
  program
    .command('keys:rotate')
    .description('publish a new signing key now; it signs once verifiers have had time to fetch it')
    .action(async () =>
      run('application', async (context) => {
        const kid = await context.get(SigningKeyStore, { strict: false }).rotate();
        return { data: { kid }, text: `${kid} is published.\n` };
      }),
    );
}

function addRevoke(program: Command, run: CommandRunner): void {
  program
    .command('keys:revoke <kid>')
    // One kid in 64 begins with a dash.
    .allowUnknownOption()
    .description('reject immediately every token that this signing key signed, for a leaked key')
    .action(async (kid: string) =>
      run('application', async (context) => {
        const found = await context.get(SigningKeyStore, { strict: false }).revoke(kid);
        const name = printable(kid);
        if (!found) throw new Error(`No signing key is called ${name}.\n  → npm run cli -- keys:list`);
        const text = `${name} is revoked: its tokens are refused, and clients refresh them.\n`;
        return { data: { kid }, text };
      }),
    );
}

function addList(program: Command, run: CommandRunner): void {
  program
    .command('keys:list')
    .description('list the published signing keys, the newest first, and which of them signs')
    .action(async () =>
      run('application', async (context) => {
        const store = context.get(SigningKeyStore, { strict: false });
        const published = await store.list();
        const signer = store.signerOf(published);
        const keys = published.map(({ id, algorithm, createdAt }) => ({
          kid: id,
          algorithm,
          createdAt: createdAt.toISOString(),
          signs: id === signer?.id,
        }));
        const rows = keys.map(({ kid, algorithm, createdAt, signs }) =>
          [kid, algorithm, createdAt].concat(signs ? 'signs' : []),
        );
        return { data: { keys }, text: formatTable(rows) };
      }),
    );
}
