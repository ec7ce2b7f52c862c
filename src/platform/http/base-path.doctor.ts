import { Injectable } from '@nestjs/common';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningFinding,
} from '../doctor';
import { HttpSettings } from './http.settings';
import { sendProbe } from './public-probe';

// Paths of the origin, regardless of the path of PUBLIC_URL (RFC 8414 section 3.1; W3C: A Well-Known URL for Changing Passwords).
const METADATA = '/.well-known/oauth-authorization-server';
const CHANGE_PASSWORD = '/.well-known/change-password';

/** Checks what an origin has only once, where PUBLIC_URL has a path and shares the origin. */
@Injectable()
@DoctorCheck({ topic: 'path of the public address' })
export class BasePathDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: HttpSettings) {}

  async check(): Promise<Finding[]> {
    const { publicUrl, publicPath } = this.settings;
    if (publicPath === '') return [];
    const { origin } = new URL(publicUrl);
    return [
      warningFinding(
        `the cookies have Path=/, so every other application at ${origin} receives them and can set them`,
        'serve only trusted applications there, or give this one its own origin',
      ),
      await this.metadata(`${origin}${METADATA}${publicPath}`),
      await this.changePassword(`${origin}${CHANGE_PASSWORD}`),
    ];
  }

  private async metadata(url: string): Promise<Finding> {
    const answer = await sendProbe(url);
    if ('status' in answer && answer.status === 200 && issuerIn(answer.body) === this.settings.publicUrl)
      return okFinding(`${url} leads here`);
    return faultFinding(
      `${url} does not lead here, and resource servers look up the issuer metadata there`,
      'have the ingress pass that path on to the application unchanged',
    );
  }

  private async changePassword(url: string): Promise<Finding> {
    const answer = await sendProbe(url);
    if ('status' in answer && answer.status >= 300 && answer.status < 400)
      return okFinding(`${url} is redirected`);
    return warningFinding(
      `${url} does not redirect, and password managers look there`,
      'have the ingress pass that path on to the application, unless another one at this origin serves it',
    );
  }
}

function issuerIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { readonly issuer?: unknown } | null)?.issuer;
  } catch {
    return undefined;
  }
}
