import type { Finding } from '../doctor';
import { InvalidEnvironment, type SettingFault } from './invalid-environment';

/** Raw settings by name, as a shell or a `.env` file gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A namespace of settings: a class whose constructor reads what its owner needs. */
export type SettingsClass<T> = new (environment: Environment) => T;

const MODES = ['development', 'production', 'test'] as const;

/** What the committed `.env` may set: other tools load that file in production too, and these weaken nothing there. */
const COMMITTABLE: ReadonlySet<string> = new Set(['PORT', 'APP_NAME', 'LOG_LEVEL', 'DATA_DIR']);

interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

interface UrlRule {
  /** What a usable one looks like. */
  readonly fix?: string;
  /** For forms that are no URL by the standard. */
  readonly normalize?: (raw: string) => string;
}

/**
 * Typed access to the raw settings. A reader never throws: it notes the fault, hands back the fallback, and
 * `validated()` reports every fault of every namespace at once, so that one start shows an operator all there is to fix.
 */
export class Environment {
  readonly mode: (typeof MODES)[number];
  /** Every variable that was asked for, for the test that holds the documentation complete. */
  readonly names = new Set<string>();
  /** What `doctor` tells of the settings that were parsed. */
  readonly findings: Finding[] = [];
  private readonly faults: SettingFault[] = [];
  private readonly parsed = new Map<SettingsClass<unknown>, unknown>();

  /**
   * @param variables the settings by name
   * @param committed the names that the committed `.env` sets
   * @param settings the settings classes of the application
   */
  constructor(
    private readonly variables: Variables,
    private readonly committed: readonly string[] = [],
    private readonly settings: readonly SettingsClass<unknown>[] = [],
  ) {
    this.mode = this.oneOf('NODE_ENV', MODES, 'development');
  }

  get production(): boolean {
    return this.mode === 'production';
  }

  /** The parsed namespace; one owner may build on another's (the issuer is the public URL). */
  get<T>(settings: SettingsClass<T>): T {
    if (!this.parsed.has(settings)) this.parsed.set(settings, new settings(this));
    return this.parsed.get(settings) as T;
  }

  /**
   * Parses every settings class of the application, or those that are named.
   * @throws InvalidEnvironment naming every fault and its fix
   */
  validated(only?: readonly SettingsClass<unknown>[]): this {
    const faults = this.findFaults(only);
    if (faults.length > 0) throw new InvalidEnvironment(faults);
    return this;
  }

  /** The faults of every settings class of the application, or of those that are named. */
  findFaults(only: Iterable<SettingsClass<unknown>> = this.settings): readonly SettingFault[] {
    for (const settings of only) this.get(settings);
    return [...this.faults, ...this.committedFaults()];
  }

  private committedFaults(): SettingFault[] {
    return this.committed
      .filter((name) => this.names.has(name) && !COMMITTABLE.has(name))
      .map((name) => ({
        name,
        problem: 'is set in .env, a file that other tools load in production, too',
        fix:
          name === 'NODE_ENV' ? 'set it in the environment' : 'move it to .env.local or to the environment',
      }));
  }

  addFault(name: string, problem: string, fix: string): void {
    this.faults.push({ name, problem, fix });
  }

  /** Adds what `doctor` should tell of a setting that is valid. */
  addFinding(finding: Finding): void {
    this.findings.push(finding);
  }

  /** The names of the variables that begin so and have a value. */
  namesWithPrefix(prefix: string): string[] {
    return Object.keys(this.variables).filter(
      (name) => name.startsWith(prefix) && this.variables[name]?.trim(),
    );
  }

  /** The value, or undefined where it is unset or empty (an empty line of a `.env` file sets nothing). */
  string(name: string): string | undefined {
    this.names.add(name);
    return this.variables[name]?.trim() || undefined;
  }

  /** What stands between commas. */
  list(name: string): string[] {
    const items = (this.string(name) ?? '').split(',').map((item) => item.trim());
    return items.filter((item) => item !== '');
  }

  oneOf<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const raw = this.string(name);
    const choice = choices.find((candidate) => candidate === raw);
    if (raw !== undefined && choice === undefined) {
      this.addFault(name, `is ${quoted(raw)}`, `use one of: ${choices.join(', ')}`);
    }
    return choice ?? fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
  }

  onOff(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['on', 'off'], fallback ? 'on' : 'off') === 'on';
  }

  number(name: string, fallback: number, rule: NumberRule): number {
    const raw = this.string(name);
    if (raw === undefined) return fallback;
    const value = /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : Number.NaN;
    const fits = value >= rule.min && value <= rule.max && (!rule.integer || Number.isInteger(value));
    if (fits) return value;
    const kind = rule.integer ? 'a whole number' : 'a number';
    this.addFault(name, `is ${quoted(raw)}`, `use ${kind} from ${rule.min} to ${rule.max}`);
    return fallback;
  }

  /** A URL of the web: in production by TLS only. */
  webUrl(name: string): URL | undefined {
    return this.url(name, this.production ? ['https:'] : ['https:', 'http:']);
  }

  /** A URL of one of the given schemes. Its value is never repeated in the fault: it may hold a password. */
  url(
    name: string,
    protocols: readonly string[],
    { fix, normalize = (raw) => raw }: UrlRule = {},
  ): URL | undefined {
    const text = this.string(name);
    if (text === undefined) return undefined;
    const raw = normalize(text);
    const url = URL.canParse(raw) ? new URL(raw) : undefined;
    if (url && protocols.includes(url.protocol)) return url;
    const schemes = protocols.map((protocol) => `${protocol}//`).join(' or ');
    this.addFault(name, 'is not a usable URL', fix ?? `use a URL that starts with ${schemes}`);
    return undefined;
  }
}

function quoted(raw: string): string {
  return JSON.stringify(raw.length > 40 ? `${raw.slice(0, 40)}…` : raw);
}
