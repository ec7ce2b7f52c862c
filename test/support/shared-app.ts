import passport from 'passport';
import { JwtStrategy } from '../../src/auth/token/jwt.strategy';
import { LocalStrategy } from '../../src/auth/login/local-auth';
import { startApp, type TestApp, type TestAppOptions } from './app';

declare global {
  // Set by the test environment, for the whole worker.
  var atRunEnd: (close: () => Promise<void>) => void;
  var closeShared: (() => Promise<void>) | undefined;
  var sharedApps: Map<string, Promise<TestApp>> | undefined;
  /** Of passport, before `sharedApp` looked after it. */
  var registerStrategy: typeof passport.use | undefined;
}

/**
 * Passport has one strategy of a name in a process: that of the application that was started last. A start that failed goes on making
 * providers for a while, and with them strategies; those must not take the place of an application that is used.
 */
function registrar(): typeof passport.use {
  if (globalThis.registerStrategy) return globalThis.registerStrategy;
  const register = passport.use.bind(passport);
  globalThis.registerStrategy = register;
  passport.use = ((...parameters: Parameters<typeof passport.use>) =>
    (globalThis.startsUnderWay ?? 0) > 0 ? register(...parameters) : passport) as typeof passport.use;
  return register;
}

/** The options that make one application out of two specs' wishes; what a spec looks into is its own. */
export type SharedOptions = Pick<TestAppOptions, 'env' | 'smtp' | 'limits' | 'estimates'>;

/**
 * The application of these options that the specs of a worker share: started once, closed when the worker ends. For specs that
 * make their own users and change nothing that others notice: no settings, tables, providers, roles of everybody or counts of all rows.
 * Time has moved when an earlier spec moved it.
 */
export async function sharedApp(options: SharedOptions = {}): Promise<TestApp> {
  const apps = (globalThis.sharedApps ??= new Map());
  const key = JSON.stringify(options);
  let started = apps.get(key);
  if (!started) {
    started = startApp(options);
    apps.set(key, started);
    globalThis.atRunEnd(async () => (await started)?.close());
  }
  const app = (await started).forAnotherSpec();
  const register = registrar();
  register('jwt', app.nest.get(JwtStrategy));
  register('local', app.nest.get(LocalStrategy));
  return app;
}
