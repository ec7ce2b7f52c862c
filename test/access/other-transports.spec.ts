import { type CanActivate, Controller, Injectable, Module, UseGuards } from '@nestjs/common';
import { CustomTransportStrategy, MessagePattern, Server } from '@nestjs/microservices';
import { CurrentUser, type Principal } from '../../src/access';
import { startApp, type TestApp } from '../support/app';

/** Calls handlers with a payload, as a broker delivers it. */
class Loopback extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {}

  on(): void {}

  unwrap(): never {
    throw new Error('not needed');
  }

  async deliver(pattern: string, payload: unknown): Promise<unknown> {
    const handler = this.getHandlerByPattern(pattern);
    const result = await handler?.(payload);
    return new Promise((resolve, reject) =>
      this.transformToObservable(result).subscribe({ next: resolve, error: reject }),
    );
  }
}

@Injectable()
class BrokerGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
class OpenController {
  @MessagePattern('open')
  open(): string {
    return 'gold';
  }
}

@Module({ controllers: [OpenController] })
class OpenModule {}

@Controller()
class GuardedController {
  @UseGuards(BrokerGuard)
  @MessagePattern('guarded')
  guarded(): string {
    return 'served';
  }

  @UseGuards(BrokerGuard)
  @MessagePattern('who')
  who(@CurrentUser() { userId }: Principal): string {
    return userId;
  }
}

@Module({ controllers: [GuardedController] })
class GuardedModule {}

describe('a handler of messages', () => {
  it('stops the start where no guard protects it', async () => {
    await expect(startApp({ modules: [OpenModule] })).rejects.toThrow(
      'OpenController.open handles messages, and no guard protects it: the global guards protect HTTP handlers.',
    );
  });

  describe.each([
    ['without the global guards', false],
    ['with them', true],
  ])('%s', (_, inheritAppConfig) => {
    let app: TestApp;
    let broker: Loopback;
    const log: string[] = [];

    beforeAll(async () => {
      app = await startApp({ modules: [GuardedModule], log, env: { LOG_LEVEL: 'info' } });
      broker = new Loopback();
      app.nest.connectMicroservice({ strategy: broker }, { inheritAppConfig });
      await app.nest.startAllMicroservices();
    });

    afterAll(async () => app.close());

    it('is called where its own guard lets it, and refused by ours where they are applied', async () => {
      const delivery = broker.deliver('guarded', {});
      if (inheritAppConfig) await expect(delivery).rejects.toBeDefined();
      else expect(await delivery).toBe('served');
    });

    it('receives no user from the payload', async () => {
      const forged = { user: { userId: 'root' }, userId: 'root' };
      await expect(broker.deliver('who', forged)).rejects.toBeDefined();
      expect(log.join('')).toContain('The global guards protect HTTP handlers');
    });
  });
});
