import { Injectable, Optional } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock';
import { Environment } from '../config';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningFinding,
  warningIf,
} from '../doctor';
import { Database } from './database';
import { DatabaseServer } from './database-server';
import { DatabaseSettings } from './database.settings';
import { DatabaseInspection } from './inspection';
import { MigrationRunner } from './migrations';
import { checkSessions } from './session-check';

/** The application uses the database's clock; the host's clock matters for logs and certificates. */
const LARGE_OFFSET_MS = 2_000;

const READ_ONLY = faultFinding(
  'the server is read-only',
  'point DATABASE_URL at the primary, and switch default_transaction_read_only off',
);

@Injectable()
@DoctorCheck({ topic: 'database' })
export class DatabaseDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
    private readonly settings: DatabaseSettings,
    private readonly environment: Environment,
    @Optional() private readonly inspection?: DatabaseInspection,
  ) {}

  async check(): Promise<Finding[]> {
    if (this.inspection?.fault) {
      const [message = '', ...fixes] = this.inspection.fault.message.split(/\.?\n\s*→ /);
      return [{ level: 'fault', message, ...(fixes.length > 0 && { advice: fixes.join('; ') }) }];
    }
    const [row] = await this.database.query<{ version: string; readOnly: boolean }>({
      text: `SELECT current_setting('server_version') AS version,
        current_setting('transaction_read_only') = 'on' AS "readOnly"`,
    });
    const sessions = await checkSessions(this.dataSource, this.settings);
    return [
      okFinding(`PostgreSQL ${row?.version ?? ''} answers: ${this.server.location}`),
      ...(row?.readOnly ? [READ_ONLY] : []),
      sessions
        ? faultFinding(sessions.message, sessions.advice)
        : okFinding('sessions have the required settings'),
      ...warningIf(
        this.environment.production && this.settings.url === undefined,
        'the embedded server is used in production',
        'its data is lost with this host: back up DATA_DIR, or set DATABASE_URL',
      ),
    ];
  }
}

@Injectable()
@DoctorCheck({ topic: 'migrations', after: 'database' })
export class MigrationsDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly migrations: MigrationRunner) {}

  async check(): Promise<Finding[]> {
    const { applied, missing, altered, unknown } = await this.migrations.state();
    const fix = 'restore the former statements, and make the change a new migration';
    return [
      okFinding(`${applied.length} of this build are applied`),
      ...missing.map((name) => faultFinding(`${name} is not applied`, 'npm run cli -- db:migrate')),
      ...altered.map((name) => faultFinding(`${name} was changed after it was applied`, fix)),
      ...unknown.map((name) =>
        warningFinding(
          `${name} is not of this build`,
          'expected only while a newer build is being rolled out',
        ),
      ),
    ];
  }
}

@Injectable()
@DoctorCheck({ topic: 'clock', after: 'database' })
export class ClockDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Finding[]> {
    const asked = this.clock.read();
    const [row] = await this.database.query<{ ms: number }>({
      text: 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
    });
    const between = (asked.wallMs + this.clock.read().wallMs) / 2;
    const offsetMs = Math.round(between - (row?.ms ?? Number.NaN));
    const side = offsetMs < 0 ? 'behind' : 'ahead of';
    const message = `this host is ${Math.abs(offsetMs)} ms ${side} the database`;
    const advice = 'synchronise both hosts by NTP: logs and certificates use the clock of this host';
    return [Math.abs(offsetMs) > LARGE_OFFSET_MS ? warningFinding(message, advice) : okFinding(message)];
  }
}
