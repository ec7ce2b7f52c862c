import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningFinding,
} from '../doctor';
import type { OutboundAnswer } from '../outbound';
import { HttpSettings } from './http.settings';
import { sendProbe, type ProbeRequest, type ProbeFailure } from './public-probe';

const CERTIFICATE = /CERT|TLS|SSL|SELF_SIGNED|ISSUER|UNABLE_TO_/;
const REFUSED = /"insecure-transport"/;
const SETS_HEADER =
  'have the proxy set X-Forwarded-Proto itself and ignore what the client sent; see docs/operations.md';
const FLAGS = ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'];

/** A public route that is refused over http. */
const OPEN = '/v1/auth/policy';
/** Clears the cookies it receives, and does nothing else for an invalid token. */
const COOKIES = '/v1/auth/logout';
/** Counts requests with an invalid token by source and returns how many are left. */
const COUNTED = '/v1/auth/sessions/end';
const NO_TOKEN = `se_${'A'.repeat(43)}`;

const NOT_TOLD = faultFinding(
  'the application does not learn that requests come over https and refuses them; the rest cannot be checked',
  'name the proxy in TRUSTED_PROXIES, and have it set X-Forwarded-Proto',
);

interface Left extends Pick<OutboundAnswer, 'localAddress'> {
  readonly left: number;
}

/** Sends requests to PUBLIC_URL to check that the proxy preserves https, cookies and client addresses. */
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
        faultFinding(
          `${publicUrl}/health/live returns ${live.status}, unlike this application`,
          'check that PUBLIC_URL leads here without a redirect',
        ),
      ];
    const reached = okFinding(`${publicUrl} answers`);
    if (isRefused(await this.ask(OPEN))) return [reached, NOT_TOLD];
    return [reached, ...(await this.transport(live)), await this.cookies(), await this.addresses()];
  }

  private unreachable({ failure }: ProbeFailure): Finding {
    const { publicUrl, production } = this.settings;
    if (CERTIFICATE.test(failure))
      return faultFinding(
        `the certificate of ${publicUrl} is not valid here: ${failure}`,
        'renew it, or give its whole chain; NODE_EXTRA_CA_CERTS names an authority of your own',
      );
    const message = `${publicUrl} does not answer (${failure}), so the proxy cannot be checked`;
    const advice = 'start the application and its proxy, and run this again';
    return production ? faultFinding(message, advice) : warningFinding(message, advice);
  }

  private async transport(live: OutboundAnswer): Promise<Finding[]> {
    const { publicUrl, production } = this.settings;
    if (!publicUrl.startsWith('https:'))
      return [
        warningFinding(
          'it uses http, so requests can be read in transit',
          'use https, except on a developer machine',
        ),
      ];
    const findings: Finding[] = [okFinding('its certificate is valid')];
    // Only responses in production depend on it.
    if (production) findings.push(await this.scheme(), hsts(live));
    findings.push(await this.byHttp());
    return findings;
  }

  private async scheme(): Promise<Finding> {
    const spoofed = await this.ask(OPEN, {
      headers: { 'x-forwarded-proto': 'http', forwarded: 'proto=http' },
    });
    if (isRefused(spoofed))
      return faultFinding('the proxy passes the client’s X-Forwarded-Proto on', SETS_HEADER);
    return okFinding('the proxy, not the client, decides X-Forwarded-Proto');
  }

  private async byHttp(): Promise<Finding> {
    const url = new URL(this.settings.publicUrl);
    if (url.port !== '') return okFinding('it has its own port, so there is no http to check');
    const open = `http://${url.host}${this.settings.publicPath}${OPEN}`;
    const plain = await sendProbe(open);
    if ('failure' in plain) return okFinding(`http is not answered (${plain.failure})`);
    const headers = { 'x-forwarded-proto': 'https', forwarded: 'proto=https' };
    const spoofed = await sendProbe(open, { headers });
    if ('status' in spoofed && spoofed.status < 300)
      return faultFinding('over http, the X-Forwarded-Proto of a client is trusted', SETS_HEADER);
    if (plain.status < 300)
      return faultFinding('it is also served over http', 'have the proxy redirect http to https');
    return okFinding(plain.status < 400 ? 'http is redirected' : `http is refused (${plain.status})`);
  }

  private async cookies(): Promise<Finding> {
    const answer = await this.ask(COOKIES, { method: 'POST', headers: { cookie: '__Host-access=none' } });
    const set = 'failure' in answer ? [] : (answer.headers['set-cookie'] ?? []);
    if (set.length === 0)
      return faultFinding(
        'cookies do not pass the proxy',
        'pass Cookie and Set-Cookie through the proxy unchanged',
      );
    const isWhole = (cookie: string) => {
      const flags = cookie.split(/;\s*/);
      return (
        FLAGS.every((flag) => flags.includes(flag)) &&
        !/;\s*domain=/i.test(cookie) &&
        cookie.startsWith('__Host-')
      );
    };
    if (set.every(isWhole)) return okFinding('cookies keep their names and flags');
    return faultFinding(
      'the proxy changes the flags of cookies',
      'remove the proxy rules that rewrite Set-Cookie',
    );
  }

  /** Makes three attempts that count for this host: the third, with a forged address, must not count for another source. */
  private async addresses(): Promise<Finding> {
    // A range for benchmarks (RFC 2544) that no client uses, so a new address has all its attempts left.
    const address = `198.18.${randomInt(256)}.${randomInt(1, 255)}`;
    const spoofed = { 'x-forwarded-for': address, 'x-real-ip': address, forwarded: `for=${address}` };
    await this.left();
    const [own, other] = [await this.left(), await this.left(spoofed)];
    if (own === undefined || other === undefined)
      return warningFinding(
        'whether clients can forge their address was not checked: rate limits are off or used up for this host',
        'run this again later, with RATE_LIMITS=on',
      );
    if (other.left < own.left) return okFinding('clients cannot forge their address');
    if (this.settings.trustedProxies.has(other.localAddress))
      return warningFinding(
        'whether clients can forge their address cannot be checked here: this host is a trusted proxy',
        'run this on another host',
      );
    return faultFinding(
      'the X-Forwarded-For of a client is trusted, which bypasses every rate limit',
      'have the proxy append to the header or replace it, and name only proxies in TRUSTED_PROXIES',
    );
  }

  /** Makes one attempt and returns how many are left. */
  private async left(headers: Readonly<Record<string, string>> = {}): Promise<Left | undefined> {
    const answer = await this.ask(COUNTED, { method: 'POST', headers, json: { token: NO_TOKEN } });
    if ('failure' in answer) return undefined;
    const [, left] = /;r=(\d+)/.exec(String(answer.headers.ratelimit)) ?? [];
    return left === undefined ? undefined : { left: Number(left), localAddress: answer.localAddress };
  }

  private async ask(path: string, question?: ProbeRequest): Promise<OutboundAnswer | ProbeFailure> {
    return sendProbe(`${this.settings.publicUrl}${path}`, question);
  }
}

function hsts({ headers }: OutboundAnswer): Finding {
  if (headers['strict-transport-security']) return okFinding('Strict-Transport-Security is sent');
  return faultFinding(
    'Strict-Transport-Security does not pass the proxy',
    'pass the header through the proxy unchanged',
  );
}

function isRefused(answer: OutboundAnswer | ProbeFailure): boolean {
  return 'status' in answer && answer.status === 403 && REFUSED.test(answer.body);
}
