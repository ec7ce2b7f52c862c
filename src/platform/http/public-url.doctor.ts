import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DoctorCheck, type DoctorCheckProvider, type Finding, type FindingLevel, okFinding } from '../doctor';
import { HttpSettings } from './http.settings';
import { sendProbe, type ProbeRequest, type Seen, type ProbeFailure } from './public-probe';

const CERTIFICATE = /CERT|TLS|SSL|SELF_SIGNED|ISSUER|UNABLE_TO_/;
const REFUSED = /"insecure-transport"/;
const SETS_HEADER =
  'the proxy has to set X-Forwarded-Proto itself, whatever the client sent; see docs/operations.md';
const FLAGS = ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'];

/** Answers strangers, and is refused over http. */
const OPEN = '/v1/auth/policy';
/** Takes cookies away that are sent to it, and has nothing else to do for a token that is none. */
const COOKIES = '/v1/auth/logout';
/** Counts by address whoever sends a token that is none, and says how many more may come. */
const COUNTED = '/v1/auth/sessions/end';
const NO_TOKEN = `se_${'A'.repeat(43)}`;

const NOT_TOLD = fault(
  'the application is not told that requests come over https, and refuses them: the rest cannot be looked at',
  'TRUSTED_PROXIES has to name the proxy, and the proxy to set X-Forwarded-Proto',
);

interface Left extends Pick<Seen, 'localAddress'> {
  readonly left: number;
}

/** By requests to the public address: whether what stands before the application keeps https, cookies and addresses honest. */
@Injectable()
@DoctorCheck({ topic: 'public address' })
export class PublicUrlDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: HttpSettings) {}

  async check(): Promise<Finding[]> {
    const live = await this.ask('/health/live');
    if ('failure' in live) return [this.unreachable(live)];
    const { publicUrl } = this.settings;
    if (live.status !== 200 || !/"status":\s*"ok"/.test(live.body))
      return [
        fault(
          `${publicUrl}/health/live answers ${live.status}, not as this application`,
          'does PUBLIC_URL lead here, without a redirect?',
        ),
      ];
    const reached = okFinding(`${publicUrl} answers`);
    if (isRefused(await this.ask(OPEN))) return [reached, NOT_TOLD];
    return [reached, ...(await this.transport(live)), await this.cookies(), await this.addresses()];
  }

  private unreachable({ failure }: ProbeFailure): Finding {
    const { publicUrl, production } = this.settings;
    if (CERTIFICATE.test(failure))
      return fault(
        `the certificate of ${publicUrl} is not valid here: ${failure}`,
        'renew it, or give its whole chain; NODE_EXTRA_CA_CERTS names an authority of your own',
      );
    const message = `${publicUrl} does not answer (${failure}), so nothing is known of the way there`;
    const advice = 'start the application and its proxy, and run this again';
    return { level: production ? 'fault' : 'warning', message, advice };
  }

  private async transport(live: Seen): Promise<Finding[]> {
    const { publicUrl, production } = this.settings;
    if (!publicUrl.startsWith('https:'))
      return [
        {
          level: 'warning',
          message: 'it is http: whatever is sent can be read on the way',
          advice: 'fine on a developer’s own machine',
        },
      ];
    const findings: Finding[] = [okFinding('its certificate is valid')];
    // Only what production answers depends on it.
    if (production) findings.push(await this.scheme(), hsts(live));
    findings.push(await this.byHttp());
    return findings;
  }

  private async scheme(): Promise<Finding> {
    const spoofed = await this.ask(OPEN, {
      headers: { 'x-forwarded-proto': 'http', forwarded: 'proto=http' },
    });
    if (isRefused(spoofed)) return fault('the proxy passes on what a client says of the scheme', SETS_HEADER);
    return okFinding('the application knows https by the word of the proxy, not of the client');
  }

  private async byHttp(): Promise<Finding> {
    const url = new URL(this.settings.publicUrl);
    if (url.port !== '')
      return okFinding('it has a port of its own, so there is no http beside it to look at');
    const open = `http://${url.host}${this.settings.publicPath}${OPEN}`;
    const plain = await sendProbe(open);
    if ('failure' in plain) return okFinding(`http is not answered (${plain.failure})`);
    const headers = { 'x-forwarded-proto': 'https', forwarded: 'proto=https' };
    const spoofed = await sendProbe(open, { headers });
    if ('status' in spoofed && spoofed.status < 300)
      return fault('over http, a client that says https is believed', SETS_HEADER);
    if (plain.status < 300)
      return fault('it is answered over http, too', 'have the proxy redirect http to https');
    return okFinding(plain.status < 400 ? 'http is redirected' : `http is refused (${plain.status})`);
  }

  private async cookies(): Promise<Finding> {
    const answer = await this.ask(COOKIES, { method: 'POST', headers: { cookie: '__Host-access=none' } });
    const set = 'failure' in answer ? [] : (answer.headers['set-cookie'] ?? []);
    if (set.length === 0)
      return fault('cookies do not come through', 'let Cookie and Set-Cookie pass the proxy as they are');
    const isWhole = (cookie: string) => {
      const flags = cookie.split(/;\s*/);
      return (
        FLAGS.every((flag) => flags.includes(flag)) &&
        !/;\s*domain=/i.test(cookie) &&
        cookie.startsWith('__Host-')
      );
    };
    if (set.every(isWhole)) return okFinding('cookies keep their names and flags');
    return fault(
      'cookies lose their flags on the way',
      'take rules that rewrite Set-Cookie out of the proxy',
    );
  }

  /** Three attempts count towards a limit of this host's own: the third one must not count for somebody else. */
  private async addresses(): Promise<Finding> {
    // A range for benchmarks (RFC 2544): nobody has it, and a new address has all its attempts left.
    const address = `198.18.${randomInt(256)}.${randomInt(1, 255)}`;
    const spoofed = { 'x-forwarded-for': address, 'x-real-ip': address, forwarded: `for=${address}` };
    await this.left();
    const [own, other] = [await this.left(), await this.left(spoofed)];
    if (own === undefined || other === undefined)
      return unknown(
        'whether clients can choose their address was not looked at: limits are off, or used up here',
        'run this again later, with RATE_LIMITS=on',
      );
    if (other.left < own.left) return okFinding('a client cannot choose its address');
    if (this.settings.trustedProxies.has(other.localAddress))
      return unknown(
        'whether clients can choose their address cannot be seen from here: this host is a trusted proxy itself',
        'run this on another host',
      );
    return fault(
      'a client’s own X-Forwarded-For is believed, and so gets past every limit',
      'have the proxy add to the header or replace it, and TRUSTED_PROXIES name proxies only',
    );
  }

  /** How many attempts are left to this host, which it makes one less. */
  private async left(headers: Readonly<Record<string, string>> = {}): Promise<Left | undefined> {
    const answer = await this.ask(COUNTED, { method: 'POST', headers, json: { token: NO_TOKEN } });
    if ('failure' in answer) return undefined;
    const [, left] = /;r=(\d+)/.exec(String(answer.headers.ratelimit)) ?? [];
    return left === undefined ? undefined : { left: Number(left), localAddress: answer.localAddress };
  }

  private async ask(path: string, question?: ProbeRequest): Promise<Seen | ProbeFailure> {
    return sendProbe(`${this.settings.publicUrl}${path}`, question);
  }
}

function hsts({ headers }: Seen): Finding {
  if (headers['strict-transport-security']) return okFinding('browsers are told to stay with https');
  return fault('Strict-Transport-Security does not come through', 'let it pass the proxy as it is');
}

function isRefused(answer: Seen | ProbeFailure): boolean {
  return 'status' in answer && answer.status === 403 && REFUSED.test(answer.body);
}

function fault(message: string, advice: string): Finding {
  return finding('fault', message, advice);
}

function unknown(message: string, advice: string): Finding {
  return finding('warning', message, advice);
}

function finding(level: FindingLevel, message: string, advice: string): Finding {
  return { level, message, advice };
}
