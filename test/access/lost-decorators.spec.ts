import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { Public, RequirePermissions, RequireRecentSignIn } from '../../src/access';
import { DomainEvent, OnDomainEvent } from '../../src/platform/events';
import { MAIL_LINK } from '../../src/auth';
import { ApiRateLimits, RateLimit } from '../../src/platform/rate-limits';
import { startApp, withApp } from '../support/app';

/** As logging, caching or tracing libraries do it: a new function that carries nothing of the former one. */
const Traced: MethodDecorator = (_target, _name, descriptor) => {
  const original = descriptor.value as unknown as (...parameters: unknown[]) => unknown;
  descriptor.value = function traced(this: unknown, ...parameters: unknown[]): unknown {
    return original.apply(this, parameters);
  } as never;
};

/** As careful ones do it. */
const TracedWithMetadata: MethodDecorator = (target, name, descriptor) => {
  const original = descriptor.value as unknown as object;
  Traced(target, name, descriptor);
  for (const key of Reflect.getOwnMetadataKeys(original) as string[])
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), descriptor.value as unknown as object);
};

class VaultOpened extends DomainEvent {}

@Controller('vault')
class OpenVaultController {
  @Get('permission')
  @Traced
  @RequirePermissions('users:read')
  permission(): void {}

  @Get('sign-in')
  @Traced
  @RequireRecentSignIn()
  signIn(): void {}

  @Get('public')
  @Traced
  @Public()
  public(): void {}

  @Get('limit')
  @Traced
  @RateLimit(MAIL_LINK)
  limit(): void {}

  @Get('limits')
  @Traced
  @ApiRateLimits(MAIL_LINK)
  limits(): void {}
}

@Injectable()
class VaultListener {
  @Traced
  @OnDomainEvent(VaultOpened, 'afterCommit')
  async hear(_event: VaultOpened): Promise<void> {}
}

@Module({ controllers: [OpenVaultController], providers: [VaultListener] })
class OpenVaultModule {}

@Controller('vault')
class VaultController {
  @Get('above')
  @RequirePermissions('users:read')
  @Traced
  above(): string {
    return 'gold';
  }

  @Get('copied')
  @TracedWithMetadata
  @RequirePermissions('users:read')
  copied(): string {
    return 'gold';
  }
}

@Module({ controllers: [VaultController] })
class VaultModule {}

describe('a decorator beneath one that replaces the method', () => {
  it('stops the start, instead of having no effect', async () => {
    const start = startApp({ modules: [OpenVaultModule] }).then(() => 'started');
    const refusal = await start.catch((error: Error) => error.message);
    expect(refusal.match(/^.* has no effect on .*(?=:)/gm)).toEqual([
      '@RequirePermissions() has no effect on OpenVaultController.permission',
      '@RequireRecentSignIn() has no effect on OpenVaultController.signIn',
      '@Public() has no effect on OpenVaultController.public',
      '@RateLimit() has no effect on OpenVaultController.limit',
      '@ApiRateLimits() has no effect on OpenVaultController.limit',
      '@ApiRateLimits() has no effect on OpenVaultController.limits',
      '@OnDomainEvent() has no effect on VaultListener.hear',
    ]);
  });

  it('has its effect above it, and beneath one that copies metadata', async () => {
    await withApp({ modules: [VaultModule] }, async (app) => {
      const [ada, eve] = [await app.as('ada', { permissions: ['users:read'] }), await app.as('eve')];
      for (const path of ['/vault/above', '/vault/copied']) {
        expect((await ada.get(path)).status).toBe(200);
        expect((await eve.get(path)).status).toBe(403);
      }
    });
  });
});
