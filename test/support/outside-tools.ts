import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What the document is tried with, and the project does not depend on; some of it wants a newer Node than the project. */
export const TOOLS = {
  redocly: ['node@24.9.0', '@redocly/cli@2.77.0'],
  spectral: ['@stoplight/spectral-cli@6.16.3'],
  'openapi-ts': ['node@24.9.0', '@hey-api/openapi-ts@0.99.0', 'typescript@5.9.3'],
  orval: ['node@24.9.0', 'orval@8.38.0'],
  'swagger-typescript-api': ['node@24.9.0', 'swagger-typescript-api@13.13.0'],
  tsc: ['typescript@5.9.3'],
} as const;

const run = promisify(execFile);

/**
 * Runs a tool, of the version that is named here.
 * @returns what it printed; throws with that where it failed
 */
export async function runTool(
  tool: keyof typeof TOOLS,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const packages = TOOLS[tool].flatMap((each) => ['-p', each]);
  const env = {
    ...process.env,
    // npm speaks up about the Node that it runs on itself, not the one that the tool gets.
    npm_config_loglevel: 'error',
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    NO_COLOR: '1',
  };
  try {
    const { stdout, stderr } = await run('npx', ['-y', ...packages, tool, ...args], { cwd, env });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${tool} ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
  }
}
