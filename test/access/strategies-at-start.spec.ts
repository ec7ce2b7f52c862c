import { setImmediate } from 'node:timers/promises';
import {
  Controller,
  Get,
  Injectable,
  type INestApplicationContext,
  Module,
  type Provider,
  Scope,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PassportStrategy } from '@nestjs/passport';
import { Test } from '@nestjs/testing';
import { Strategy } from 'passport';
import { Strategy as PassportJwt } from 'passport-jwt';
import {
  AuthenticatedBy,
  DescribesStrategy,
  OptionalUser,
  PermissionsModule,
  Public,
  registeredStrategy,
  RequireRecentSignIn,
} from '../../src/access';
import { RoutePolicyValidator } from '../../src/access/route-policy-validator';
import { PassportStrategies } from '../../src/access/passport-strategies';
import { startApp } from '../support/app';

const SCHEME = { type: 'apiKey', in: 'header', name: 'x-badge' } as const;

@DescribesStrategy('badge', SCHEME)
@Injectable()
class BadgeStrategy extends PassportStrategy(Strategy, 'badge') {
  validate(): undefined {
    return undefined;
  }
}

/** Registered, but not described. */
@Injectable()
class SilentStrategy extends PassportStrategy(Strategy, 'silent') {
  validate(): undefined {
    return undefined;
  }
}

/** Of another team, which found the same name. */
@DescribesStrategy('badge', SCHEME)
@Injectable()
class OtherBadgeStrategy extends PassportStrategy(Strategy, 'badge') {
  validate(): undefined {
    return undefined;
  }
}

@DescribesStrategy('ring', SCHEME)
@Injectable({ scope: Scope.REQUEST })
class RingStrategy extends PassportStrategy(Strategy, 'ring') {
  validate(): undefined {
    return undefined;
  }
}

/** Without a name of its own it has the library's, which is that of ours. */
@Injectable()
class PartnerStrategy extends PassportStrategy(PassportJwt) {
  constructor() {
    super({ jwtFromRequest: () => null, secretOrKey: 'partner' });
  }

  validate(): undefined {
    return undefined;
  }
}

@Injectable()
class OtherLocalStrategy extends PassportStrategy(Strategy, 'local') {
  validate(): undefined {
    return undefined;
  }
}

/** A controller of a module, whose handler is decorated so. */
function withHandler(decorators: MethodDecorator[], ...providers: Provider[]): Type {
  @Controller('gate')
  class GateController {
    @Get()
    open(): string {
      return 'open';
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(GateController.prototype, 'open') as PropertyDescriptor;
  for (const decorate of decorators) decorate(GateController.prototype, 'open', descriptor);

  @Module({ controllers: [GateController], providers })
  class GateModule {}
  return GateModule;
}

/** Made after ours, as it may well be: where it is made before, ours has taken its place. */
function late(strategy: Type, name: string): Provider {
  const useFactory = async (): Promise<object> => {
    const before = registeredStrategy(name);
    while (registeredStrategy(name) === before) await setImmediate();
    return new strategy() as object;
  };
  return { provide: strategy, useFactory };
}

const unregistered = (name: string) =>
  `GateController.open is @AuthenticatedBy('${name}'), and no provider has that strategy.\n  → providers: [TheStrategy], with @DescribesStrategy('${name}', …) on class TheStrategy extends PassportStrategy(…, '${name}')`;

/** The part of an application that checks what handlers ask for. */
async function started(module: Type): Promise<INestApplicationContext> {
  const builder = Test.createTestingModule({
    imports: [DiscoveryModule, PermissionsModule, module],
    providers: [RoutePolicyValidator, PassportStrategies],
  });
  return (await builder.compile()).init();
}

const messageOf = async (start: Promise<unknown>) =>
  start.then(
    () => 'it started',
    (error: Error) => error.message,
  );

describe('an application does not start', () => {
  const failure = async (module: Type) => messageOf(started(module));

  it('with a strategy that no provider has', async () => {
    const module = withHandler([AuthenticatedBy('badge')]);
    expect(await failure(module)).toBe(unregistered('badge'));
    expect(await messageOf(startApp({ modules: [module] }))).toBe(unregistered('badge'));
  });

  it('with one that only another application in the process has registered', async () => {
    const other = await started(withHandler([AuthenticatedBy('badge')], BadgeStrategy));
    expect(await failure(withHandler([AuthenticatedBy('jwt', 'badge')]))).toBe(unregistered('badge'));
    await other.close();
  });

  it('with one that is not described', async () => {
    expect(await failure(withHandler([AuthenticatedBy('silent')], SilentStrategy))).toBe(
      unregistered('silent'),
    );
  });

  it('with two of one name, because each would authenticate for the routes of the other', async () => {
    const module = withHandler([AuthenticatedBy('badge')], BadgeStrategy, OtherBadgeStrategy);
    expect(await failure(module)).toBe(
      'BadgeStrategy and OtherBadgeStrategy are both the strategy "badge".\n  → rename one of them',
    );
  });

  it('with one that is request-scoped', async () => {
    expect(await failure(withHandler([AuthenticatedBy('ring')], RingStrategy))).toMatch(
      /^RingStrategy is request-scoped/,
    );
  });

  it('with a handler that is public and authenticated', async () => {
    const module = withHandler([Public(), AuthenticatedBy('badge')], BadgeStrategy);
    expect(await failure(module)).toBe(
      'GateController.open is @AuthenticatedBy() and is @Public(), which has no caller.\n  → remove one of the two',
    );
  });

  const greets: MethodDecorator = (controller, name) => OptionalUser()(controller, name, 0);

  it('with an optional user where every caller is signed in', async () => {
    expect(await failure(withHandler([greets]))).toBe(
      'GateController.open takes an @OptionalUser() and is not @Public(), so it always has a user.\n  → use @CurrentUser(), or add @Public()',
    );
  });

  it.each([
    ['an optional user of another strategy', AuthenticatedBy('badge'), 'is @AuthenticatedBy()'],
    ['an optional user of recent sign-in', RequireRecentSignIn(), 'requires a recent sign-in'],
  ])('with %s', async (_, decorate, what) => {
    const module = withHandler([greets, Public(), decorate], BadgeStrategy);
    expect(await failure(module)).toBe(
      `GateController.open ${what} and is @Public(), which has no caller.\n  → remove one of the two`,
    );
  });

  it('with a recent sign-in where the strategy has no sign-in', async () => {
    const module = withHandler([RequireRecentSignIn(), AuthenticatedBy('badge')], BadgeStrategy);
    expect(await failure(module)).toBe(
      'GateController.open requires a recent sign-in and is authenticated by badge alone, which has no sign-in.\n  → remove one of the two',
    );
  });

  it.each([
    ['jwt', PartnerStrategy, 'JwtStrategy'],
    ['local', OtherLocalStrategy, 'LocalStrategy'],
  ])('with a strategy that takes the place of ours, "%s"', async (name, strategy, ours) => {
    expect(await messageOf(startApp({ modules: [withHandler([], late(strategy, name))] }))).toBe(
      `${strategy.name} is registered with Passport as "${name}" instead of ${ours}.\n  → give it a name of its own: PassportStrategy(Strategy, 'another-name')`,
    );
  });
});

describe('a strategy', () => {
  it.each(['jwt', 'local', 'session', 'bearer', 'cookie', '', 'x y', 'X', '__proto__', 'x,y'])(
    'is not called %j',
    (name) => {
      expect(() => DescribesStrategy(name, SCHEME)).toThrow(/cannot be the name of a strategy/);
    },
  );
});
