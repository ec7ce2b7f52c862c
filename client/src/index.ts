export { type Client, type ClientOptions, createClient } from './client.ts';
export { dataOf } from './data-of.ts';
export type { components, paths } from './generated/openapi.ts';
export { type Problem, type ProblemCode, ProblemError, StepUpRequired, UnexpectedAnswer } from './problem.ts';
export type { Mode } from './request-sender.ts';
export type {
  Credentials,
  DeviceTokens,
  Principal,
  Session,
  SessionChange,
  SessionState,
} from './session.ts';
