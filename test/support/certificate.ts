import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and a self-signed certificate for the proxy of a test. */
export class Certificate {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-certificate-'));
  readonly key = join(this.folder, 'key.pem');
  readonly file = join(this.folder, 'certificate.pem');

  constructor(names: readonly string[]) {
    const alternatives = names.map((name) => `DNS:${name}`).join(',');
    const { error, status, stderr } = spawnSync(
      'openssl',
      [
        ['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=gatehouse.test'],
        ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
        ['-addext', `subjectAltName=${alternatives}`, '-keyout', this.key, '-out', this.file],
      ].flat(),
      { encoding: 'utf8' },
    );
    if (error) throw new Error('openssl is not there: install it (on Debian: apt-get install openssl)');
    if (status !== 0) throw new Error(`openssl made no certificate:\n${stderr}`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
