export {
  type DocumentedErrorClass,
  DomainError,
  type DomainErrorClass,
  type FailureDetails,
  InternalError,
  type ErrorKind,
  RateLimited,
  Unavailable,
} from './domain-error';
export { reasonOf } from './reason';
export { ValidationFailed, type Violation } from './validation-failed';
