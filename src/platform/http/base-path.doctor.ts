import { Injectable } from '@nestjs/common';
import { DoctorCheck, type DoctorCheckProvider, type Finding, okFinding } from '../doctor';
import { HttpSettings } from './http.settings';
import { sendProbe } from './public-probe';

// Of the origin, whatever path the application has (RFC 8414 section 3.1; W3C: A Well-Known URL for Changing Passwords).
const METADATA = '/.well-known/oauth-authorization-server';
const CHANGE_PASSWORD = '/.well-known/change-password';

/** What an origin has but once, where PUBLIC_URL has a path and so is only a part of it. */
@Injectable()
@DoctorCheck({ topic: 'path of the public address' })
export class BasePathDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: HttpSettings) {}

  async check(): Promise<Finding[]> {
    const { publicUrl, publicPath } = this.settings;
    if (publicPath === '') return [];
    const { origin } = new URL(publicUrl);
    return [
      {
        level: 'warning',
        message: `the cookies have Path=/, so everything else at ${origin} receives them, and can set them`,
        advice: 'serve only what may see sign-ins there, or give the application an origin of its own',
      },
      await this.metadata(`${origin}${METADATA}${publicPath}`),
      await this.changePassword(`${origin}${CHANGE_PASSWORD}`),
    ];
  }

  private async metadata(url: string): Promise<Finding> {
    const answer = await sendProbe(url);
    if ('status' in answer && answer.status === 200 && issuerIn(answer.body) === this.settings.publicUrl)
      return okFinding(`${url} leads here`);
    return {
      level: 'fault',
      message: `${url} does not lead here, and services that verify tokens by their issuer look there`,
      advice: 'have the ingress pass that path on to the application, as it is',
    };
  }

  private async changePassword(url: string): Promise<Finding> {
    const answer = await sendProbe(url);
    if ('status' in answer && answer.status >= 300 && answer.status < 400)
      return okFinding(`${url} is redirected`);
    return {
      level: 'warning',
      message: `${url} leads nowhere, and password managers look there`,
      advice:
        'have the ingress pass that path on to the application, unless another one at this origin has it',
    };
  }
}

function issuerIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { readonly issuer?: unknown } | null)?.issuer;
  } catch {
    return undefined;
  }
}
