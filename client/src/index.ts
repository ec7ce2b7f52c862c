export { type Client, type ClientOptions, createClient } from './client.ts';
export { dataOf } from './data-of.ts';
export type { components, paths } from './generated/openapi.ts';
export { type Problem, type ProblemCode, ProblemError, StepUpRequired, UnexpectedAnswer } from './problem.ts';
export type { Mode } from './request-sender.ts';
export type { SecondStep } from './second-step.ts';
export type { Proofs } from './session-routes.ts';
export type { StepUp } from './step-up.ts';
export type {
  Credentials,
  DeviceTokens,
  Principal,
  Session,
  SessionChange,
  SessionState,
} from './session.ts';
