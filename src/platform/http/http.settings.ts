import type { Environment } from '../config';
import { faultFinding, warningFinding } from '../doctor';
import { readTrustedProxies, type TrustedProxies } from './proxies';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

// A token of RFC 9110, except "*": for a request with cookies that is a literal name, for others it is every header.
const HEADER_NAME = /^[\w!#$%&'+.^`|~-]+$/;

/** The address that the application listens on, and its public name. */
export class HttpSettings {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** An origin with an optional path: the issuer of tokens and the base of every link. */
  readonly publicUrl: string;
  /** The path of that URL, without a trailing slash; empty where it has none. */
  readonly publicPath: string;
  readonly appName: string;
  readonly docs: boolean;
  /** Origins of front ends whose scripts may call the API. */
  readonly corsOrigins: ReadonlySet<string>;
  /** Request headers that those scripts may send, beyond the ones of the application and of tracing. */
  readonly corsHeaders: readonly string[];
  readonly trustedProxies: TrustedProxies;

  constructor(environment: Environment) {
    this.production = environment.production;
    this.port = environment.number('PORT', 3000, { min: 0, max: 65_535, integer: true });
    this.host = environment.string('HOST') ?? (this.production ? '0.0.0.0' : '127.0.0.1');
    this.publicUrl = this.readPublicUrl(environment);
    this.publicPath = new URL(this.publicUrl).pathname.replace(/\/$/, '');
    this.appName = environment.string('APP_NAME') ?? 'Gatehouse';
    if (/\p{Cc}/u.test(this.appName))
      environment.addFault(
        'APP_NAME',
        'has a control character',
        'use letters, digits and signs: it stands in mails',
      );
    this.docs = environment.onOff('DOCS', !this.production);
    this.corsOrigins = new Set(this.readOrigins(environment));
    this.corsHeaders = this.readCorsHeaders(environment);
    this.trustedProxies = readTrustedProxies(environment);
    this.refuseExposedDevelopment(environment);
    if (this.production) this.checkProduction(environment);
  }

  private checkProduction(environment: Environment): void {
    const local = [...this.corsOrigins].filter((origin) => origin.startsWith('http:'));
    if (this.docs)
      environment.addFinding(
        warningFinding('the API documents are public', 'set DOCS=off unless they are meant to be'),
      );
    if (local.length > 0)
      environment.addFinding(
        warningFinding(`CORS_ORIGINS has ${local.join(', ')}`, 'remove developer machines in production'),
      );
    if (this.trustedProxies.isEmpty)
      environment.addFinding(
        faultFinding(
          'TRUSTED_PROXIES is empty, so no request counts as https, and all but /health are refused',
          'set TRUSTED_PROXIES to the addresses of your proxies',
        ),
      );
  }

  private readOrigins(environment: Environment): string[] {
    // Over http, an attacker on the network can change a response; the loopback interface has no such attacker.
    const scheme = this.production
      ? /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/
      : /^https?:\/\//;
    return environment.list('CORS_ORIGINS').filter((text) => {
      const isOrigin =
        scheme.test(text) && !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
      if (!isOrigin)
        environment.addFault(
          'CORS_ORIGINS',
          `has ${JSON.stringify(text)}`,
          'use exact origins, as https://app.example.com, separated by commas',
        );
      return isOrigin;
    });
  }

  private readCorsHeaders(environment: Environment): string[] {
    return environment.list('CORS_HEADERS').filter((name) => {
      const isName = HEADER_NAME.test(name) && name !== 'true';
      if (!isName)
        environment.addFault(
          'CORS_HEADERS',
          `has ${JSON.stringify(name)}`,
          'use exact names of request headers, as x-tenant, separated by commas',
        );
      return isName;
    });
  }

  private readPublicUrl(environment: Environment): string {
    const url = environment.webUrl('PUBLIC_URL');
    if (!url) {
      const missing = this.production && environment.string('PUBLIC_URL') === undefined;
      if (missing)
        environment.addFault(
          'PUBLIC_URL',
          'is not set',
          'use the https address that clients reach this under',
        );
      return `http://localhost:${this.port}`;
    }
    if (`${url.origin}/` === url.href) return url.origin;
    // Compared with the original text, because parsing a URL removes its dot segments.
    const path = /^[^/]+\/\/[^/]+((?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+)$/.exec(
      environment.string('PUBLIC_URL') ?? '',
    )?.[1];
    if (path === url.pathname && url.username === '' && url.password === '') return url.origin + path;
    const problem = 'is no origin, nor one with a plain path';
    environment.addFault(
      'PUBLIC_URL',
      problem,
      `use ${url.origin}, or ${url.origin}/auth without a slash at the end`,
    );
    return url.origin;
  }

  private refuseExposedDevelopment(environment: Environment): void {
    const allowed = environment.boolean('ALLOW_INSECURE_DEVELOPMENT', false);
    if (this.production || LOOPBACK.has(this.host) || allowed) return;
    environment.addFault(
      'HOST',
      'opens a development start to the network',
      'use 127.0.0.1, or NODE_ENV=production, or ALLOW_INSECURE_DEVELOPMENT=true if you mean it',
    );
  }
}
