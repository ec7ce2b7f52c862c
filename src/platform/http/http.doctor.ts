import { Injectable } from '@nestjs/common';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding } from '../doctor';
import { HttpSettings } from './http.settings';

@Injectable()
@DoctorCheck({ topic: 'settings' })
export class HttpDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: HttpSettings) {}

  async check(): Promise<Finding[]> {
    const { production, docs, trustedProxies, corsOrigins } = this.settings;
    if (!production) return [];
    const local = [...corsOrigins].filter((origin) => origin.startsWith('http:'));
    const unnamed =
      'no proxy is named, so nobody can say that a request came over https, and all of them are refused';
    const advice = 'TRUSTED_PROXIES, with the addresses of your proxies';
    return [
      ...warningIf(docs, 'the documents are open to everybody', 'DOCS=off, unless that is what you want'),
      ...warningIf(
        local.length > 0,
        `CORS_ORIGINS has ${local.join(', ')}`,
        'leave developers’ machines out in production',
      ),
      ...(trustedProxies.isEmpty ? [{ level: 'fault', message: unnamed, advice } as const] : []),
    ];
  }
}
