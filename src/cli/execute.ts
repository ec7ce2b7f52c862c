import { CommanderError } from 'commander';
import { jsonLine, type OutputStreams, printable, printableLines, UsageError } from '../platform/commands';
import { reasonOf } from '../platform/errors';
import { buildProgram } from './program';

const [DONE, FAILED, USAGE] = [0, 1, 2];

interface Process extends OutputStreams {
  readonly stdout: OutputStreams['stdout'] & {
    on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
    end?(): unknown;
  };
  exitCode?: number | string | null | undefined;
  exit(code: number): never;
}

/** Runs one command, and ends the process with its exit code. */
export async function execute(args: readonly string[], process: Process): Promise<void> {
  // The reader of the output may close it early (`| head`).
  process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? DONE : FAILED));
  process.exit(await exitCodeOf(args, process));
}

export async function exitCodeOf(args: readonly string[], process: OutputStreams): Promise<number> {
  const streams = { stdout: escaping(process.stdout), stderr: escaping(process.stderr) };
  const json = args.includes('--json');
  let said = '';
  let code = DONE;
  const program = buildProgram(streams, (failed) => (code = failed ? FAILED : DONE));
  const writeErr = (text: string) => void (said += text);
  const writeOut = (text: string) => void streams.stdout.write(text);
  for (const command of [program, ...program.commands]) command.configureOutput({ writeErr, writeOut });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return told(error, said, json, streams);
  }
}

/** The output may contain text of third parties: a file name, an address, the response of a server. */
function escaping(stream: OutputStreams['stdout']): OutputStreams['stdout'] {
  return { write: (text) => stream.write(printableLines(text)) };
}

function told(error: unknown, said: string, json: boolean, { stderr }: OutputStreams): number {
  const isCommander = error instanceof CommanderError;
  if (isCommander && error.exitCode === DONE) return DONE;
  const reason = reasonOf(error);
  // Without any command, commander writes the help.
  const message = isCommander && reason === '(outputHelp)' ? 'error: no command was given' : reason;
  if (json) stderr.write(jsonLine({ error: message }));
  else stderr.write(isCommander ? said : `\n${isOfSystem(error) ? printable(message) : message}\n\n`);
  return isCommander || error instanceof UsageError ? USAGE : FAILED;
}

/** Its message contains a file name, which may have line breaks. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
