/** The test kit for modules, described in docs/testing.md. */
export { type Answer, Api, type Call, type ProblemBody, type TokenBody } from './support/api';
export { PASSWORD, type Person, startApp, TestApp, type TestAppOptions, withApp } from './support/app';
export {
  BAD_TOKENS,
  badToken,
  type BadToken,
  type BadTokenKind,
  stolenRefreshToken,
} from './support/bad-tokens';
export { eventually, withinBound } from './support/eventually';
export type { Instance } from './support/home';
export { Instances, startInstances } from './support/instances';
export { inParallel } from './support/parallel';
export { expectProblem, violations } from './support/problem';
export { type ReceivedMail, tokenIn } from './support/smtp-sink';
export { type Span, TestClock } from './support/test-clock';
export type { TestFactor } from './support/test-factors';
export { type Rights, type SignInOptions, TestUser } from './support/test-user';
