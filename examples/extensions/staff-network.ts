import { BlockList } from 'node:net';
import { Injectable, Module } from '@nestjs/common';
import { LoginCheck, type LoginCheckProvider, type LoginContext } from '../../src/auth';
import { ConfigModule, type Environment } from '../../src/platform/config';
import { DomainError } from '../../src/platform/errors';

/** `STAFF_NETWORK`: the network from which admins may sign in, such as 10.1.0.0; its first 16 bits count. */
export class StaffSettings {
  readonly network = new BlockList();

  constructor(environment: Environment) {
    this.network.addSubnet(environment.string('STAFF_NETWORK') ?? '127.0.0.0', 16, 'ipv4');
  }
}

export class OutsideStaffNetwork extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'outside-staff-network';
  override readonly members = { help: 'https://intranet.example.com/vpn' };

  constructor() {
    super('Admins can sign in only from the company network.');
  }
}

@Injectable()
@LoginCheck({ order: 20, problems: [OutsideStaffNetwork] })
export class StaffNetworkCheck implements LoginCheckProvider {
  constructor(private readonly settings: StaffSettings) {}

  async check({ roles, client }: LoginContext): Promise<void> {
    if (roles.includes('admin') && !this.settings.network.check(client.ipAddress ?? '::'))
      throw new OutsideStaffNetwork();
  }
}

@Module({ imports: [ConfigModule.forFeature(StaffSettings)], providers: [StaffNetworkCheck] })
export class StaffNetworkModule {}
