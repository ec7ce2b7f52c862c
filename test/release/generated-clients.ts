import type { TOOLS } from '../support/outside-tools';

/** How a generator is run, and a program that uses what it made, in the generator's own way. */
export interface Generated {
  readonly tool: keyof typeof TOOLS;
  readonly args: readonly string[];
  /** Beside the document, by name. */
  readonly files: Readonly<Record<string, (base: string) => string>>;
  readonly program: string;
}

/**
 * What every program begins with. Each signs up and in, reads the profile and is refused once, and each would not compile if the answers
 * were not told apart by `tokenType`, the problems by `code`.
 */
const BEGINNING = `
declare const process: { env: Record<string, string>; stdout: { write(text: string): void } };
const base = process.env.BASE ?? '';
const ada = { email: process.env.EMAIL ?? '', password: process.env.PASSWORD ?? '' };
const say = (said: object) => process.stdout.write(JSON.stringify(said));
`;

const HEY_API = `
import { client } from './made/client.gen';
import { getProfile, logIn, register, type LogInError } from './made';
${BEGINNING}
client.setConfig({ baseUrl: base });

function pointersOf(problem: LogInError): string[] {
  return problem.code === 'validation-failed' ? problem.errors.map(({ pointer }) => pointer) : [];
}

async function main(): Promise<void> {
  await register({ body: ada, throwOnError: true });
  const { data: tokens } = await logIn({ body: ada, throwOnError: true });
  if (tokens.tokenType !== 'Bearer') throw new Error('asked for no cookies');
  const { data: profile } = await getProfile({ auth: tokens.accessToken, throwOnError: true });
  const wrong = await logIn({ body: { ...ada, password: 'x' } });
  const broken = await logIn({ body: { ...ada, email: 'x' } });
  const pointers = broken.error ? pointersOf(broken.error) : [];
  say({ email: profile.email, code: wrong.error?.code, pointers });
}
void main();
`;

const ORVAL = `
import { getProfile, logIn, register } from './made';
${BEGINNING}
async function main(): Promise<void> {
  await register(ada);
  const { status, data: tokens } = await logIn(ada);
  if (status !== 200 || tokens.tokenType !== 'Bearer') throw new Error('asked for no cookies');
  const profile = await getProfile({ headers: { authorization: \`Bearer \${tokens.accessToken}\` } });
  if (profile.status !== 200) throw new Error(profile.data.code);
  const wrong = await logIn({ ...ada, password: 'x' });
  const code = wrong.status === 401 ? wrong.data.code : undefined;
  const { data: broken } = await logIn({ ...ada, email: 'x' });
  const pointers = 'code' in broken && broken.code === 'validation-failed' ? broken.errors.map(({ pointer }) => pointer) : [];
  say({ email: profile.data.email, code, pointers });
}
void main();
`;

const SWAGGER_TYPESCRIPT_API = `
import { Api, type InvalidCredentialsProblem, type ValidationFailedProblem } from './made/api';
${BEGINNING}
async function main(): Promise<void> {
  const { v1 } = new Api<string>({
    baseUrl: base,
    securityWorker: (token) => (token ? { headers: { authorization: \`Bearer \${token}\` } } : {}),
  });
  await v1.register(ada);
  const { data: tokens } = await v1.logIn(ada);
  if (tokens.tokenType !== 'Bearer') throw new Error('asked for no cookies');
  const profile = await v1.getProfile({ headers: { authorization: \`Bearer \${tokens.accessToken}\` } });
  const refusal = async (body: typeof ada) =>
    v1.logIn(body).then(
      () => undefined,
      ({ error }: { error: InvalidCredentialsProblem | ValidationFailedProblem }) => error,
    );
  const wrong = await refusal({ ...ada, password: 'x' });
  const broken = await refusal({ ...ada, email: 'x' });
  const pointers = broken?.code === 'validation-failed' ? broken.errors.map(({ pointer }) => pointer) : [];
  say({ email: profile.data.email, code: wrong?.code, pointers });
}
void main();
`;

export const GENERATED: readonly Generated[] = [
  {
    tool: 'openapi-ts',
    args: ['--input', 'openapi.json', '--output', 'made', '--no-log-file'],
    files: {},
    program: HEY_API,
  },
  {
    tool: 'orval',
    args: ['--config', 'orval.config.mjs'],
    files: {
      'orval.config.mjs': (base) =>
        `export default { gatehouse: { input: './openapi.json', output: { target: './made.ts', client: 'fetch', baseUrl: '${base}' } } };`,
    },
    program: ORVAL,
  },
  {
    tool: 'swagger-typescript-api',
    args: ['generate', '--path', 'openapi.json', '--output', 'made', '--name', 'api.ts'],
    files: {},
    program: SWAGGER_TYPESCRIPT_API,
  },
];
